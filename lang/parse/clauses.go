package parse

import (
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

func (r *reader) calendar() ast.Decl {
	d := &ast.CalendarDecl{Name: r.name(Declared)}
	if r.keyword(words.FromTable) {
		d.File = r.oneStr()
		return d
	}
	r.body(calendarPlace, func(id string, at int) bool {
		if id == words.Period {
			p := &ast.Period{Name: r.name(Declared), Days: r.dates()}
			d.Periods = append(d.Periods, done(r, at, p))
			return true
		}
		h := &ast.Holiday{Name: r.oneStr(), Days: r.dates()}
		if r.keyword(words.MakeUp) || r.instead(words.MakeUp) {
			h.MakeUp = r.dates()
		}
		d.Holidays = append(d.Holidays, done(r, at, h))
		return true
	}, r.dropped)
	return d
}

// dates reads Dates = Days { "," Days }.
func (r *reader) dates() []*ast.DayRange {
	list := []*ast.DayRange{r.days()}
	for r.comma() {
		list = append(list, r.days())
	}
	return list
}

// days reads Days = DATE [ ".." DATE ]; a dash does for the dots, as it does between times.
func (r *reader) days() *ast.DayRange {
	from := r.i
	d := &ast.DayRange{First: r.date()}
	d.Last = d.First
	if r.between(token.Range) {
		d.Last = r.date()
	}
	return done(r, from, d)
}

// between passes .. or -, of which usual is the one to print here.
func (r *reader) between(usual token.Kind) bool {
	k := r.tok().Kind
	if t := r.tok(); t.Kind == token.Word && (t.Text == "到" || t.Text == words.To) && !t.Has(token.FirstOnLine) {
		through := "至"
		if t.Text == words.To {
			through = "-"
		}
		r.report("RX1026", t.Span, t.Text, through).Fix = r.replace(t.Span, through)
		r.advance()
		return true
	}
	if t := r.tok(); t.Kind == token.Word && strings.HasPrefix(t.Text, "到") && len(t.Text) > 3 &&
		t.Text[3] >= '0' && t.Text[3] <= '9' { // 8点半到17点半
		at := diag.Span{Start: t.Span.Start, End: t.Span.Start + len("到")}
		r.fail("RX1026", at, "到", "至").Fix = r.replace(at, "至")
		return true
	}
	if k != token.Minus && k != token.Range {
		return false
	}
	if k != usual {
		r.marks[r.i] = mark{class: Through, id: usual.Symbol()}
	}
	r.advance()
	return true
}

func (r *reader) hours() ast.Decl {
	d := &ast.HoursDecl{Name: r.name(Declared)}
	r.body(hoursPlace, func(id string, at int) bool {
		switch id {
		case words.Zone:
			r.once(d.Zone != nil, at)
			d.Zone = r.oneStr()
			return true
		case words.Calendar:
			r.once(d.Calendar != nil, at)
			d.Calendar = r.name(Name)
			return true
		}
		l := &ast.HoursLine{}
		if id == words.OnDate {
			l.Dates = r.dates()
			r.opening(l)
		} else {
			if r.dayHere() == "" {
				return false
			}
			l.Days = append(l.Days, r.dayRange())
			for r.accept(token.Comma) {
				l.Days = append(l.Days, r.dayRange())
			}
			r.opening(l)
			if r.keyword(words.During) {
				l.During = append(l.During, r.during())
				for r.accept(token.Comma) {
					l.During = append(l.During, r.during())
				}
			}
		}
		d.Lines = append(d.Lines, done(r, at, l))
		return true
	}, r.dropped)
	return d
}

// dayHere returns the day word that stands here, "" if none does.
func (r *reader) dayHere() string {
	t := r.tok()
	if r.probe != nil && r.asking(r.i) {
		r.probe.Days = true
	}
	if t.Kind != token.Word || t.Word == nil {
		return ""
	}
	for _, s := range t.Word.Senses {
		if s.Keyword.Class == words.Day {
			return s.Keyword.ID
		}
	}
	return ""
}

func (r *reader) day() string {
	id := r.dayHere()
	if id == "" {
		r.unexpected(diag.Text{Zh: "星期几，例如“工作日”“周六”", En: "a day such as workdays or saturday"})
		return ""
	}
	r.marks[r.i] = mark{class: Day, id: id}
	r.advance()
	return id
}

// dayRange reads DayRange = DAY [ ".." DAY ]. Monday to friday is nearly always meant as workdays,
// which follow the holidays and make-up days; that is a warning.
func (r *reader) dayRange() ast.WeekdayRange {
	from, before := r.i, r.faults
	w := ast.WeekdayRange{First: r.day()}
	w.Last = w.First
	if r.between(token.Range) {
		w.Last = r.day()
	}
	w.SetSpan(r.span(from))
	if w.First == "monday" && w.Last == "friday" && !r.failing && r.faults == before {
		word := "工作日"
		if r.src[w.Span().Start] < 0x80 {
			word = "workdays"
		}
		fix := r.replace(w.Span(), word)
		fix.Safe = false
		r.report("RX1047", w.Span()).Fix = fix
	}
	return w
}

// opening reads Opening = "closed" | Span { "," Span }.
func (r *reader) opening(l *ast.HoursLine) {
	if r.keyword(words.Closed) || r.instead(words.Closed) {
		l.Closed = true
		return
	}
	l.Spans = append(l.Spans, r.timeSpan())
	for r.accept(token.Comma) || r.andForComma() {
		l.Spans = append(l.Spans, r.timeSpan())
	}
}

func (r *reader) timeSpan() *ast.TimeSpan {
	from := r.i
	s := &ast.TimeSpan{From: r.time()}
	if !r.between(token.Minus) {
		r.unexpected(diag.Text{Zh: "“-”和结束时间", En: "`-` and the closing time"})
	}
	s.To = r.time()
	return done(r, from, s)
}

func (r *reader) during() *ast.During {
	from := r.i
	d := &ast.During{}
	if r.is(token.Date) {
		d.Days = r.days()
	} else {
		d.Name = r.name(Name)
	}
	return done(r, from, d)
}

func (r *reader) queue() ast.Decl {
	d := &ast.QueueDecl{Name: r.name(Declared)}
	if r.keyword(words.Like) {
		d.Like = r.name(Name)
	}
	r.body(queuePlace, func(id string, at int) bool {
		q := &ast.QueueItem{Kind: id}
		switch id {
		case words.Skill:
			q.Strings = r.strs()
		case words.Order:
			q.Name = r.name(Tag)
		case words.Music:
			q.Text = r.text()
		case words.Every:
			q.Value = r.value()
			r.needWord(words.Say)
			q.Said = r.said()
		case words.FromQueue:
			q.Tier = r.value()
			r.tier(q)
		case words.Target:
			q.Value = r.value()
			q.Within = r.value()
		default:
			q.Value = r.value()
		}
		d.Items = append(d.Items, done(r, at, q))
		return true
	}, r.dropped)
	return d
}

// tier reads what a queue does after a wait.
func (r *reader) tier(q *ast.QueueItem) {
	switch {
	case r.keyword(words.Add):
		q.Kind = words.Add
		r.needWord(words.Skill)
		q.Strings = r.strs()
	case r.keyword(words.Say):
		q.Kind = words.Say
		q.Said = r.said()
	case r.keyword(words.Offer):
		q.Kind = words.Offer
		q.Keys = r.keys()
	case r.keyword(words.MoveTo):
		q.Kind = words.MoveTo
		q.Name = r.name(Name)
	default:
		r.unexpected(diag.Text{Zh: "“增加”“播放”“可按”或“转入”", En: "`add`, `say`, `offer` or `move to`"})
	}
}

func (r *reader) campaignLimit(id string, from int) *ast.CampaignLimit {
	return done(r, from, &ast.CampaignLimit{Kind: id, Value: r.value()})
}

func (r *reader) campaign() ast.Decl {
	d := &ast.CampaignDecl{Name: r.name(Declared)}
	r.body(campaignPlace, func(id string, at int) bool {
		switch id {
		case words.Targets:
			r.once(d.Targets != nil, at)
			d.Targets = r.value()
		case words.Call:
			r.once(d.Call != nil, at)
			d.Call = r.value()
			r.needWord(words.With)
			d.With = r.ref()
		case words.AfterBeep:
			r.once(d.Beep != nil, at)
			d.Beep = r.ref()
		case words.Retry:
			d.Retries = append(d.Retries, r.retry())
			for r.accept(token.Comma) {
				d.Retries = append(d.Retries, r.retry())
			}
		case words.SkipIf:
			r.once(d.SkipIf != nil, at)
			d.SkipIf = r.expr()
		case words.IfUnreached:
			r.once(d.Unreached != nil, at)
			d.Unreached = r.unreached()
		case words.ShowNumber:
			r.once(d.ShowNumber != nil, at)
			d.ShowNumber = r.oneStr()
		default:
			if r.term(d, id, at) {
				return true
			}
			d.Limits = append(d.Limits, r.campaignLimit(id, at))
		}
		return true
	}, r.dropped)
	return d
}

// term reads when a campaign runs; false if the clause is another.
func (r *reader) term(d *ast.CampaignDecl, id string, at int) bool {
	switch id {
	case words.HoursCampaign:
		r.once(d.Hours != nil, at)
		d.Hours = r.name(Name)
	case words.From:
		r.once(d.From != nil, at)
		d.From = r.date()
		r.needWord(words.ToRule)
		d.To = r.date()
	case words.StartDailyAt:
		r.once(d.Daily != nil, at)
		d.Daily = r.time()
	default:
		return false
	}
	return true
}

// textCampaign reads a campaign that writes instead of calling.
func (r *reader) textCampaign() ast.Decl {
	d := &ast.CampaignDecl{Text: true, Name: r.name(Declared)}
	r.body(textPlace, func(id string, at int) bool {
		switch id {
		case words.TargetsText:
			r.once(d.Targets != nil, at)
			d.Targets = r.value()
		case words.SkipIfText:
			r.once(d.SkipIf != nil, at)
			d.SkipIf = r.expr()
		case words.SendSMS, words.SendMail:
			r.once(d.Send != nil, at)
			d.Send = r.single(at, r.sending(at, id == words.SendMail, false))
		default:
			if r.term(d, id, at) {
				return true
			}
			d.Limits = append(d.Limits, r.campaignLimit(id, at))
		}
		return true
	}, r.dropped)
	return d
}

// unreached reads ( Step | Block ).
func (r *reader) unreached() *ast.Block {
	from := r.i
	if r.is(token.LBrace) {
		return r.block()
	}
	if s, ok := r.which(stepPlace); ok {
		r.take(s)
		return r.single(from, r.step(s.Keyword.ID, from))
	}
	if id := r.guess(stepPlace); id != "" {
		return r.single(from, r.step(id, from))
	}
	return r.single(from, &ast.Bad{})
}

// retry reads Retry = NAME "after" Value [ "up to" Value ].
func (r *reader) retry() *ast.Retry {
	from := r.i
	t := &ast.Retry{Outcome: r.name(Tag)}
	r.needWord(words.After)
	t.After = r.value()
	if r.keyword(words.UpTo) {
		t.UpTo = r.value()
	}
	return done(r, from, t)
}
