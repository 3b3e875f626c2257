package editor

import (
	"fmt"
	"strings"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/compiler/rules"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
)

// Hover tells in Markdown what stands at an offset, and where it stands; "" for nothing.
func (p *Program) Hover(path string, offset int) (text string, at diag.Span) {
	l, _, after := p.lexeme(path, offset)
	if o, ok := p.occurrence(path, offset); ok && l != nil && l.Kind != token.String {
		return p.about(o), o.At
	}
	if d, ok := p.ruleAt(path, offset); ok {
		return p.ruled(d), d.Name.Span()
	}
	if l == nil {
		return "", at
	}
	switch {
	case l.Class == parse.Keyword:
		return "**" + keyword(l.ID, p.Author(path)) + "** · " + keyword(l.ID, other(p.Author(path))) + "\n\n" +
			Words(l.ID).In(p.Tongue), l.Span
	case l.Kind == token.String:
		return p.spoken(path, l), l.Span
	}
	if c, span, ok := p.literal(l, after); ok {
		return p.read(c), span
	}
	return "", at
}

func other(t diag.Tongue) diag.Tongue { return diag.En - t }

// about tells of a name.
func (p *Program) about(o check.Occurrence) string {
	if f := o.Field; f != nil {
		return code(f.Name.In(p.Tongue)+": "+f.Type.Describe().In(p.Tongue)) + "\n" + p.say("一项", "a field")
	}
	s := o.Symbol
	var b strings.Builder
	kind := check.KindText(s.Kind).In(p.Tongue)
	switch s.Kind {
	case check.Function:
		b.WriteString(code(s.Lib.Signature().In(p.Tongue)) + "\n" + s.Lib.Doc.In(p.Tongue) + "\n")
		if s.Lib.Example != "" {
			b.WriteString("\n" + code(s.Lib.Example))
		}
		return b.String()
	case check.Tag:
		return "**" + s.Name + "** · " + s.Tag + "\n\n" + kind
	case check.Flow:
		b.WriteString(code(p.heading(s)))
		p.flow(&b, s)
	case check.Prompt, check.Template:
		b.WriteString(code(p.heading(s)))
		p.wordings(&b, s)
	case check.Hours:
		b.WriteString(code(p.heading(s)))
		b.WriteString(p.month(s))
	case check.Table:
		t := p.Checked.Tables[s.Index]
		b.WriteString(code(p.heading(s)))
		b.WriteString(p.say(fmt.Sprintf("%d 行，键是第一列", len(t.Rows)), diag.Fill("%d [row|rows]; the key is the first column",
			len(t.Rows))) + "\n")
	case check.Setting:
		b.WriteString(code(p.heading(s)))
		if s.Value != nil {
			b.WriteString(p.read(*s.Value))
		}
	case check.Local, check.Param, check.CallData, check.Target:
		b.WriteString(code(s.Name+": "+s.Type.Describe().In(p.Tongue)) + "\n" + kind + "\n")
	default:
		b.WriteString(code(p.heading(s)) + kind + "\n")
	}
	if doc := p.comment(s); doc != "" {
		b.WriteString("\n---\n" + doc + "\n")
	}
	return b.String()
}

// code sets a text as source.
func code(s string) string { return "```rexian\n" + strings.TrimRight(s, "\n") + "\n```\n" }

// heading is the first line of a declaration, without its brace.
func (p *Program) heading(s *check.Symbol) string {
	if s.Decl == nil {
		return s.Name
	}
	src := p.Source(s.File)
	at := s.Decl.Span()
	if at.Start < 0 || at.End > len(src) || at.Start >= at.End {
		return s.Name
	}
	line, _, _ := strings.Cut(string(src[at.Start:at.End]), "\n")
	return strings.TrimRight(strings.TrimSpace(line), " {")
}

// comment is what stands right above a declaration.
func (p *Program) comment(s *check.Symbol) string {
	tree := p.Tree(s.File)
	if tree == nil || s.Decl == nil {
		return ""
	}
	at := s.Decl.Span().Start
	var lines []string
	for i := len(tree.Comments) - 1; i >= 0; i-- {
		c := tree.Comments[i]
		if c.At.End > at {
			continue
		}
		if at > len(tree.Text) || strings.TrimSpace(tree.Text[c.At.End:at]) != "" ||
			strings.Count(tree.Text[c.At.End:at], "\n") > 1 {
			break
		}
		lines, at = append([]string{strings.TrimSpace(c.Text)}, lines...), c.At.Start
	}
	return strings.Join(lines, "\n")
}

// flow tells by what numbers a flow is entered, and how long it takes to a person.
func (p *Program) flow(b *strings.Builder, s *check.Symbol) {
	f := p.Checked.FlowNamed(s.Name)
	if f == nil {
		return
	}
	var numbers []string
	for _, e := range p.Checked.Numbers {
		if e.Flow == f {
			numbers = append(numbers, e.Text)
		}
	}
	if len(numbers) > 0 {
		b.WriteString(p.say("接入号 ", "entered by ") + strings.Join(numbers, p.say("、", ", ")) + "\n")
	}
	if times := p.times()[f]; len(times) > 0 {
		b.WriteString("\n" + p.toAPerson(times) + "\n")
	}
}

// toAPerson tells how long it takes to a person at worst.
func (p *Program) toAPerson(times []rules.Time) string {
	worst, ok := rules.Worst(times)
	switch {
	case !ok:
		return p.say("走不到人工", "no way leads to a person")
	case worst.Worst < 0:
		return p.say("到人工没有时间上限", "no bound to a person")
	}
	return p.say("到人工最慢 ", "to a person within ") + p.seconds(worst.Worst)
}

func (p *Program) seconds(d time.Duration) string {
	s := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", d.Seconds()), "0"), ".")
	return p.say(s+" 秒", s+" s")
}

// wordings are the words of a prompt or a template in each language, and how long they take.
func (p *Program) wordings(b *strings.Builder, s *check.Symbol) {
	list := p.Checked.Prompts
	if s.Kind == check.Template {
		list = p.Checked.Templates
	}
	if s.Index >= len(list) {
		return
	}
	for _, lang := range p.Checked.Languages {
		if w := list[s.Index].Words[lang]; w != nil {
			b.WriteString("\n**" + lang + "** " + plainWords(p.text(s.File, w.Span(), 400)))
			if t, ok := w.Plain(); ok && s.Kind == check.Prompt {
				b.WriteString(p.takes(lang, t))
			}
			b.WriteString("\n")
		}
		if file := list[s.Index].Audio[lang]; file != "" {
			b.WriteString("\n**" + lang + "** " + file + "\n")
		}
	}
}

func plainWords(s string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;").Replace(s)
}

// takes tells how long words take.
func (p *Program) takes(lang, text string) string {
	if p.Voice == nil {
		return ""
	}
	return p.say("（约 ", " (about ") + p.seconds(time.Duration(p.Voice.Spoken(lang, text))*time.Millisecond) +
		p.say("）", ")")
}

// spoken tells how long the words of a string take.
func (p *Program) spoken(path string, l *parse.Lexeme) string {
	if len(l.Holes) > 0 || l.Text == "" || p.Voice == nil {
		return ""
	}
	lang := "en"
	for _, r := range l.Text {
		if r >= 0x2e80 {
			lang = "zh"
		}
	}
	d := time.Duration(p.Voice.Spoken(lang, l.Text)) * time.Millisecond
	return p.say("说出来约 ", "about ") + p.seconds(d) + p.say("", " when spoken")
}

// literal is the value of a literal at a token; after is the token that follows, which may be its unit.
func (p *Program) literal(l, after *parse.Lexeme) (c check.Const, at diag.Span, ok bool) {
	at = l.Span
	switch l.Kind {
	case token.Number:
		n := &ast.NumberLit{N: l.N}
		if after != nil && (after.Class == parse.Unit || after.Kind == token.Percent && after.Has(token.Touching)) {
			n.Unit, at.End = after.ID, after.Span.End
			if after.Kind == token.Percent {
				n.Unit = "%"
			}
		}
		c, ok = p.Checked.ConstOf(n)
	case token.Date:
		c, ok = check.Const{Type: types.Of(types.Date), N: l.N}, true
	case token.Month:
		c, ok = check.Const{Type: types.Of(types.Month), N: l.N}, true
	case token.Time:
		c, ok = check.Const{Type: types.Of(types.Time), N: l.N}, true
	}
	return c, at, ok
}

// read tells how a value is read out in each language of the program.
func (p *Program) read(c check.Const) string {
	if p.Speak == nil || c.Type == nil {
		return ""
	}
	var lines []string
	for _, lang := range p.Checked.Languages {
		if s := p.Speak(lang, c.Type.Kind.String(), c); s != "" {
			lines = append(lines, p.say("读作 ", "read as ")+"**"+s+"** ("+lang+")")
		}
	}
	return strings.Join(lines, "\n\n")
}

var weekdays = [...]diag.Text{{Zh: "周日", En: "Sun"}, {Zh: "周一", En: "Mon"}, {Zh: "周二", En: "Tue"},
	{Zh: "周三", En: "Wed"}, {Zh: "周四", En: "Thu"}, {Zh: "周五", En: "Fri"}, {Zh: "周六", En: "Sat"}}

// month is the present month of opening hours, day by day.
func (p *Program) month(s *check.Symbol) string {
	if s.Index >= len(p.Checked.HoursList) || p.Today == 0 {
		return ""
	}
	h, err := p.resolve(p.Checked.HoursList[s.Index])
	if err != nil {
		return ""
	}
	year, month, _ := hours.Date(p.Today).Civil()
	var b strings.Builder
	fmt.Fprintf(&b, "%04d-%02d\n\n", year, month)
	for _, d := range h.Month(year, month) {
		var open []string
		for _, s := range d.Spans {
			open = append(open, fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/3600, s.From/60%60, s.To/3600, s.To/60%60))
		}
		times := strings.Join(open, ", ")
		if times == "" {
			times = p.say("休息", "closed")
		}
		_, _, day := d.Date.Civil()
		note := diag.Text{Zh: d.Note.Zh, En: d.Note.En}.In(p.Tongue)
		line := fmt.Sprintf("- %d %s  %s %s", day, weekdays[d.Date.Weekday()].In(p.Tongue), times, note)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func (p *Program) resolve(h *check.HoursInfo) (*hours.Hours, error) {
	var calendars []hours.Calendar
	for _, c := range p.Checked.Calendars {
		calendars = append(calendars, c.Data)
	}
	return hours.Resolve(h.Schedule, calendars)
}

// ruleAt finds the rule whose keyword or name stands at an offset.
func (p *Program) ruleAt(path string, offset int) (*ast.RuleDecl, bool) {
	tree := p.Tree(path)
	if tree == nil {
		return nil, false
	}
	for _, d := range tree.Decls {
		if r, ok := d.(*ast.RuleDecl); ok && r.Name != nil && r.Span().Start <= offset && offset <= r.Name.Span().End {
			return r, true
		}
	}
	return nil, false
}

// ruled tells what became of a rule.
func (p *Program) ruled(d *ast.RuleDecl) string {
	p.Settle(p.Voice)
	for i := range p.Verdicts {
		v := &p.Verdicts[i]
		if v.Rule.Decl != d {
			continue
		}
		var b strings.Builder
		b.WriteString("**" + p.verdict(v) + "**\n")
		if v.State != rules.Proved {
			b.WriteString("\n" + v.Why.In(p.Tongue) + "\n")
		}
		if v.Unmet {
			b.WriteString("\n" + rules.Unmet.In(p.Tongue) + "\n")
		}
		if len(v.Same) > 0 {
			b.WriteString("\n" + p.say("只要通话当中不变：", "while these do not change within a call: ") +
				strings.Join(v.Same, p.say("、", ", ")) + "\n")
		}
		for _, t := range v.Times {
			b.WriteString("\n- " + p.timing(t))
		}
		return b.String()
	}
	return p.say("程序有错误，规则还没有判定", "the program has errors, and the rule is not decided yet")
}

// verdict is what became of a rule, in a word.
func (p *Program) verdict(v *rules.Verdict) string {
	switch v.State {
	case rules.Proved:
		return p.say("✔ 成立", "✔ proved")
	case rules.Refuted:
		return p.say("✘ 不成立", "✘ not so")
	}
	return p.say("? 不能判定", "? not decided")
}

func (p *Program) timing(t rules.Time) string {
	var when []string
	for _, h := range t.Hours {
		state := p.say("休息", " closed")
		if h.Open {
			state = p.say("开放", " open")
		}
		when = append(when, h.Name+state)
	}
	head := strings.Join(append(append([]string{}, t.Numbers...), when...), p.say("、", ", "))
	if head != "" {
		head += p.say("：", ": ")
	}
	if !t.Reached {
		return head + p.say("走不到", "no way there")
	}
	worst := p.say("没有上限", "no bound")
	if t.Worst >= 0 {
		worst = p.seconds(t.Worst)
	}
	return head + p.seconds(t.Best) + p.say(" 到 ", " to ") + worst
}
