package bundle

import (
	"fmt"
	"slices"
)

// verify makes sure that no code of the program can reach beyond its registers, tables and instructions. The machine
// relies on it and tests none of this again.
func (p *Program) verify() error {
	if len(p.Funcs) > 1<<16 || len(p.Prompts) > 1<<16 || p.Edges < 0 {
		return fmt.Errorf("its sizes do not fit")
	}
	for _, e := range append(append([]Entry(nil), p.Numbers...), p.Messages...) {
		if !within(e.Func, len(p.Funcs)) || !orNone(e.Otherwise, len(p.Funcs)) {
			return fmt.Errorf("entry %q leads nowhere", e.Text)
		}
	}
	if !orNone(p.Defaults, len(p.Funcs)) || !orNone(p.Playing, len(p.Prompts)) || !within(p.Apology, len(p.Prompts)) ||
		!within(p.Regret, len(p.Prompts)) {
		return fmt.Errorf("its defaults are not there")
	}
	if !orNone(p.Calendar, len(p.Calendars)) {
		return fmt.Errorf("its calendar is not there")
	}
	if p.Defaults >= 0 && len(p.Funcs[p.Defaults].Params) > 0 {
		return fmt.Errorf("its defaults take arguments")
	}
	for i := range p.Prompts {
		for _, w := range p.Prompts[i].Words {
			for _, q := range w.Pieces {
				if q.Kind != "" && q.From == "" && !within(q.Arg, int(p.Prompts[i].Args)) {
					return fmt.Errorf("prompt %d has a hole without a value", i)
				}
			}
		}
	}
	for i := range p.Questions {
		q := &p.Questions[i]
		if len(q.Options) > MaxOptions {
			return fmt.Errorf("question %d has too many options", i)
		}
		if q.Rows < 0 || int(q.Rows) > len(p.Tables) {
			return fmt.Errorf("question %d has no table", i)
		}
		if q.Rows > 0 && slices.ContainsFunc(p.Tables[q.Rows-1].Rows, func(r []Const) bool { return len(r) == 0 }) {
			return fmt.Errorf("question %d has a row without a key", i)
		}
		for _, o := range q.Options {
			if !orNone(o.Label, len(p.Prompts)) {
				return fmt.Errorf("question %d has no label", i)
			}
		}
	}
	for _, q := range p.Queues {
		ok := orNone(q.Music, len(p.Prompts))
		for _, a := range q.Every {
			ok = ok && orNone(a.Prompt, len(p.Prompts))
		}
		for _, t := range q.Tiers {
			ok = ok && orNone(t.Prompt, len(p.Prompts))
		}
		if !ok {
			return fmt.Errorf("queue %q says what is not there", q.Name)
		}
	}
	for _, m := range p.Mailboxes {
		if !orNone(m.Greeting, len(p.Prompts)) {
			return fmt.Errorf("mailbox %q has no greeting", m.Name)
		}
	}
	for _, h := range p.Hours {
		if !orNone(int32(h.Calendar), len(p.Calendars)) {
			return fmt.Errorf("schedule %q has no calendar", h.Name)
		}
	}
	for _, c := range p.Campaigns {
		for _, f := range []int32{c.Targets, c.Number, c.With, c.WithArgs, c.SkipIf, c.Unreached} {
			if !orNone(f, len(p.Funcs)) {
				return fmt.Errorf("campaign %q runs what is not there", c.Name)
			}
		}
		if c.Beep != 0 && (!within(c.Beep-1, len(p.Funcs)) || !within(c.BeepArgs, len(p.Funcs))) {
			return fmt.Errorf("campaign %q leaves a message that is not there", c.Name)
		}
		if c.Text && !within(c.Send, len(p.Funcs)) {
			return fmt.Errorf("campaign %q sends what is not there", c.Name)
		}
		if !orNone(c.Hours, len(p.Hours)) {
			return fmt.Errorf("campaign %q has no hours", c.Name)
		}
	}
	for i := range p.Funcs {
		if err := p.verifyFunc(&p.Funcs[i]); err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
	}
	return nil
}

func within(i int32, n int) bool { return i >= 0 && int(i) < n }
func orNone(i int32, n int) bool { return i == -1 || within(i, n) }

func (p *Program) verifyFunc(f *Func) error {
	n := int(f.Registers)
	if n < len(f.Params) || n > 256 || n < 0 || len(f.Code) == 0 || len(f.Places) != len(f.Code) {
		return fmt.Errorf("its sizes do not fit")
	}
	for _, h := range f.Handlers {
		if !within(h.PC, len(f.Code)) || (h.Tag == "") == (h.Keys == "") || h.From < 0 || h.To < h.From && h.To != 0 ||
			int(h.To) > len(f.Code) {
			return fmt.Errorf("a handler is not there")
		}
	}
	for _, x := range f.Exacts {
		depth := 0
		for _, s := range x.Steps {
			switch s.Op {
			case 'r':
				if int(s.Reg) >= n || s.Unit <= 0 {
					return fmt.Errorf("an expression reads what is not there")
				}
				depth++
			case 'n':
				if depth < 1 {
					return fmt.Errorf("an expression is not whole")
				}
			case '+', '-', '*', '/':
				if depth--; depth < 1 {
					return fmt.Errorf("an expression is not whole")
				}
			default:
				return fmt.Errorf("an expression has an unknown operation")
			}
		}
		if depth != 1 || x.Unit <= 0 || x.Unit > 1_000_000 {
			return fmt.Errorf("an expression is not whole")
		}
	}
	for _, t := range f.Jumps {
		for _, pc := range append([]int32{t.Else, t.Fraction}, t.To...) {
			if !within(pc, len(f.Code)) {
				return fmt.Errorf("a jump table leads out of the function")
			}
		}
	}
	for pc, c := range f.Code {
		if err := p.verifyCode(f, pc, c); err != nil {
			return fmt.Errorf("instruction %d, %s: %w", pc, c.Op(), err)
		}
	}
	return nil
}

func (p *Program) verifyCode(f *Func, pc int, c Code) error {
	n := int(f.Registers)
	fits := func(a, count int) bool { return count >= 0 && a+count <= n }
	bad := fmt.Errorf("it reaches beyond its bounds")
	switch op := c.Op(); {
	case op >= opEnd:
		return fmt.Errorf("it is unknown")
	case op == Nop, op == ReturnNone:
		return nil
	case op == Jump:
		return jumps(pc, c.J(), len(f.Code))
	case op == Cover:
		if c.Bx() >= int(p.Edges) {
			return bad
		}
		return nil
	case op == Raise:
		if c.Bx() >= len(f.Consts) {
			return bad
		}
		return nil
	case c.A() >= n:
		return bad
	case op.Layout() == AJump:
		if op == Each && !fits(c.A(), 4) {
			return bad
		}
		return jumps(pc, c.SBx(), len(f.Code))
	}
	ok := true
	switch c.Op() {
	case LoadK:
		ok = c.Bx() < len(f.Consts)
	case Call, Goto:
		ok = c.Bx() < len(p.Funcs) && fits(c.A(), len(p.Funcs[c.Bx()].Params))
	case Exact:
		ok = c.Bx() < len(f.Exacts)
	case Format:
		ok = c.Bx() < len(p.Prompts) && fits(c.A(), int(p.Prompts[c.Bx()].Args))
	case Builtin:
		ok = c.Bx() < len(p.Builtins) && fits(c.A(), BuiltinArgs(p.Builtins[c.Bx()]))
	case LoadWorld:
		ok = c.Bx() < len(p.Worlds)
	case LoadSet:
		ok = c.Bx() < len(p.Settings)
	case LoadData, StoreData:
		ok = c.Bx() < len(p.Data)
	case Effect:
		if c.Bx() >= len(f.Sites) {
			return bad
		}
		return p.verifySite(f, &f.Sites[c.Bx()], c.A())
	case Move, Negate, Not, Empty, Mobile, Field, Column, Scale, Descale, DaysToTime, TimeToDays:
		ok = c.B() < n
	case AddWhole, MulWhole:
		ok = c.B() < n
	case Dispatch:
		ok = c.Bx() < len(f.Jumps)
	case AddNumber, SubNumber, AddMoney, SubMoney, AddInt, SubInt, MulNumber, DivNumber, MulMoney, DivMoney, EqN, LtN,
		LeN, EqS, Contains, TryMul:
		ok = c.B() < n && c.C() < n
		if c.Op() == TryMul {
			ok = ok && pc+2 < len(f.Code)
		}
	case NewList, NewRecord:
		ok = fits(c.B(), c.C())
	case Chosen:
		ok = fits(c.B(), c.C()+1)
	}
	if !ok {
		return bad
	}
	return nil
}

// builtinArgs is how many arguments each built-in function takes; a name that is not here takes none and fails.
var builtinArgs = map[string]int{"count": 1, "sum": 1, "average": 1, "first": 1, "last": 1, "max": 2, "min": 2,
	"round": 2, "round.money": 2,
	"days_between": 2, "add_workdays": 2, "filing.deadline": 1, "filing.late_fee": 3, "length": 1, "join": 2, "mask": 1}

// BuiltinArgs tells how many arguments a built-in function takes, optional ones included.
func BuiltinArgs(id string) int { return builtinArgs[id] }

func jumps(pc, j, n int) error {
	if to := pc + 1 + j; to < 0 || to >= n {
		return fmt.Errorf("it jumps out of the function")
	}
	return nil
}

// verifySite makes sure that a site's indexes, registers and arms are there.
func (p *Program) verifySite(f *Func, s *Site, a int) error {
	bad := fmt.Errorf("its site does not fit")
	n, code := int(f.Registers), len(f.Code)
	if s.Kind >= siteEnd || s.Args < 0 || a+int(s.Args) > n || !orNone(s.Playing, len(p.Prompts)) ||
		!orNone(s.Else, code) || !orNone(s.HangEdge, int(p.Edges)) || !orNone(s.OutEdge, int(p.Edges)) {
		return bad
	}
	for _, arm := range s.Arms {
		if !within(arm.PC, code) || !orNone(arm.Bind, n) {
			return bad
		}
	}
	for _, pc := range s.Options {
		if !within(pc, code) {
			return bad
		}
	}
	least := map[SiteKind]int32{SayNamedSite: 1, OptionsSite: 1, PauseSite: 1, LanguageSite: 1, CollectSite: 6,
		LookupSite: 1, RecordSite: 2,
		EnqueueSite: 2, TransferSite: 2, CallbackSite: 2, SMSSite: 2, MailSite: 3, FaxSite: 1, AnswerSite: 1,
		AttachSite: 1, TopicSite: 1, ReplySite: 1}
	if s.Args < least[s.Kind] {
		return bad
	}
	ok := true
	switch s.Kind {
	case SaySite:
		ok = within(s.Index, len(p.Prompts)) && s.Args >= p.Prompts[s.Index].Args
	case OptionsSite:
		ok = within(s.Index, len(p.Questions))
	case CollectSite:
		ok = within(s.Index, len(p.Questions)) && within(s.NoInput, code) && within(s.NoMatch, code) &&
			len(s.Options) == len(p.Questions[s.Index].Options)
	case LookupSite:
		own := s.Args
		if s.Played {
			own--
		}
		ok = own >= 1 && (s.Name != "table" || within(s.Index, len(p.Tables)) && own >= 2)
	case QuerySite:
		switch s.Name {
		case "list":
			ok = within(s.Index, len(p.Lists)) && s.Args >= 1
		case "switch":
			ok = within(s.Index, len(p.Switches))
		case "hours":
			ok = within(s.Index, len(p.Hours))
		default:
			ok = false
		}
	case VoicemailSite:
		ok = within(s.Index, len(p.Mailboxes))
	}
	if !ok {
		return bad
	}
	return nil
}
