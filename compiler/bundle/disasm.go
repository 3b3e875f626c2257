package bundle

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Listing says what Disassemble writes of a program.
type Listing struct {
	// Flow is the name of the one function to write; "" writes the whole program.
	Flow string
	// Line gives the line, from 1, of a byte offset in a source file, 0 where the source is not at hand; nil: offsets
	// are written.
	Line func(file string, offset int) int
}

// Disassemble writes a program in a form for people: each function with its code, and beside each instruction what its
// operands name. Lines of one place of the source stand under that place. The same program always gives the same text.
// It returns the first error of writing.
func Disassemble(w io.Writer, p *Program, l Listing) error {
	b := bufio.NewWriter(w)
	if l.Flow != "" {
		for i := range p.Funcs {
			if p.Funcs[i].Name == l.Flow {
				p.disassemble(b, i, l)
			}
		}
		return b.Flush()
	}
	fmt.Fprintf(b, "program %s\nzone %s, languages %s, fallback %s\n", p.Hash, p.Zone, strings.Join(p.Languages, " "),
		p.Fallback)
	for _, e := range p.Numbers {
		fmt.Fprintf(b, "number %q enters %s\n", e.Text, p.Funcs[e.Func].Name)
	}
	for _, e := range p.Messages {
		fmt.Fprintf(b, "message %q enters %s\n", e.Text, p.Funcs[e.Func].Name)
	}
	for i := range p.Prompts {
		fmt.Fprintf(b, "prompt %d %s\n", i, p.promptText(i))
	}
	for i := range p.Funcs {
		p.disassemble(b, i, l)
	}
	return b.Flush()
}

// promptText is a prompt in one line: its name, or its words in the first language.
func (p *Program) promptText(i int) string {
	q := &p.Prompts[i]
	if q.Name != "" {
		return q.Name
	}
	var b strings.Builder
	for _, piece := range q.Wording(first(p.Languages), p.Fallback) {
		if piece.Kind != "" {
			fmt.Fprintf(&b, "{%d:%s}", piece.Arg, piece.Kind)
			continue
		}
		b.WriteString(piece.Text)
	}
	return strconv.Quote(b.String())
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (p *Program) disassemble(b *bufio.Writer, i int, l Listing) {
	f := &p.Funcs[i]
	kinds := [...]string{"flow", "menu", "survey", "defaults", "expression"}
	kind := "?"
	if int(f.Kind) < len(kinds) {
		kind = kinds[f.Kind]
	}
	var params []string
	for _, q := range f.Params {
		params = append(params, q.Name+": "+q.Kind)
	}
	fmt.Fprintf(b, "\n%s %s(%s)  // function %d, %d registers\n", kind, f.Name, strings.Join(params, ", "), i,
		f.Registers)
	for _, h := range f.Handlers {
		what := h.Tag
		if h.Keys != "" {
			what = "press " + h.Keys
		}
		fmt.Fprintf(b, "  on %s at %d", what, h.PC)
		if h.To > 0 {
			fmt.Fprintf(b, ", from %d to %d", h.From, h.To)
		}
		b.WriteByte('\n')
	}
	last := Place{File: -1, Start: -1}
	for pc, c := range f.Code {
		if at := f.Places[pc]; at != last {
			last = at
			if file, start, end, ok := p.Place(i, pc); ok {
				line := 0
				if l.Line != nil {
					line = l.Line(file, start)
				}
				if line > 0 {
					fmt.Fprintf(b, "  ; %s:%d\n", file, line)
				} else {
					fmt.Fprintf(b, "  ; %s bytes %d-%d\n", file, start, end)
				}
			}
		}
		fmt.Fprintf(b, "  %4d  %-10s %s\n", pc, c.Op(), p.operands(f, pc, c))
	}
}

// operands names the operands of an instruction.
func (p *Program) operands(f *Func, pc int, c Code) string {
	switch c.Op() {
	case Nop, ReturnNone:
		return ""
	case Jump:
		return "→ " + strconv.Itoa(pc+1+c.J())
	case JumpIf, JumpIfNot, Loop, Each:
		return fmt.Sprintf("r%d → %d", c.A(), pc+1+c.SBx())
	case LoadI:
		return fmt.Sprintf("r%d %d", c.A(), c.SBx())
	case LoadK:
		k := f.Consts[c.Bx()]
		if k.Text {
			return fmt.Sprintf("r%d %q", c.A(), k.S)
		}
		return fmt.Sprintf("r%d %d", c.A(), k.N)
	case Raise:
		return f.Consts[c.Bx()].S
	case Cover:
		return "edge " + strconv.Itoa(c.Bx())
	case Call, Goto:
		return fmt.Sprintf("r%d %s", c.A(), p.Funcs[c.Bx()].Name)
	case Builtin:
		return fmt.Sprintf("r%d %s", c.A(), p.Builtins[c.Bx()])
	case LoadWorld:
		return fmt.Sprintf("r%d %s", c.A(), p.Worlds[c.Bx()])
	case LoadSet:
		return fmt.Sprintf("r%d %s", c.A(), p.Settings[c.Bx()].Name)
	case LoadData, StoreData:
		return fmt.Sprintf("r%d %s", c.A(), p.Data[c.Bx()])
	case Format:
		return fmt.Sprintf("r%d %s", c.A(), p.promptText(c.Bx()))
	case Exact:
		return fmt.Sprintf("r%d %s", c.A(), f.Exacts[c.Bx()])
	case Effect:
		return fmt.Sprintf("r%d %s", c.A(), p.siteText(&f.Sites[c.Bx()]))
	case Dispatch:
		return fmt.Sprintf("r%d %s", c.A(), f.Jumps[c.Bx()])
	case AddWhole:
		return fmt.Sprintf("r%d r%d %+d", c.A(), c.B(), c.SC())
	case MulWhole:
		return fmt.Sprintf("r%d r%d ×%d", c.A(), c.B(), c.C())
	case Return, LoadAbsent, Present:
		return fmt.Sprintf("r%d", c.A())
	case Move, Negate, Not, Empty, Mobile, Scale, Descale, DaysToTime, TimeToDays:
		return fmt.Sprintf("r%d r%d", c.A(), c.B())
	case Field, Column, NewList, NewRecord, Chosen:
		return fmt.Sprintf("r%d r%d %d", c.A(), c.B(), c.C())
	}
	return fmt.Sprintf("r%d r%d r%d", c.A(), c.B(), c.C())
}

// String writes an exact expression in postfix.
func (x ExactProgram) String() string {
	var parts []string
	for _, s := range x.Steps {
		if s.Op == 'r' {
			parts = append(parts, fmt.Sprintf("r%d/%d", s.Reg, s.Unit))
			continue
		}
		parts = append(parts, string(s.Op))
	}
	return strings.Join(parts, " ") + " ×" + strconv.FormatInt(x.Unit, 10)
}

// String writes where a jump table leads.
func (t JumpTable) String() string {
	var b strings.Builder
	for i, pc := range t.To {
		fmt.Fprintf(&b, "%d → %d, ", t.Low+int64(i), pc)
	}
	fmt.Fprintf(&b, "else → %d", t.Else)
	if t.Fraction != t.Else {
		fmt.Fprintf(&b, ", fraction → %d", t.Fraction)
	}
	return b.String()
}

// siteText is a site in one line.
func (p *Program) siteText(s *Site) string {
	var b strings.Builder
	b.WriteString(s.Kind.String())
	switch s.Kind {
	case SaySite:
		b.WriteString(" " + p.promptText(int(s.Index)))
	case CollectSite, OptionsSite:
		b.WriteString(" " + p.Questions[s.Index].Name)
	case VoicemailSite:
		b.WriteString(" " + p.Mailboxes[s.Index].Name)
	}
	if s.Name != "" {
		b.WriteString(" " + s.Name)
	}
	if s.Early {
		b.WriteString(" before answering")
	}
	if s.MustHear {
		b.WriteString(" must hear")
	}
	for i, pc := range s.Options {
		fmt.Fprintf(&b, ", press %s → %d", p.Questions[s.Index].Options[i].Keys, pc)
	}
	if s.Kind == CollectSite {
		fmt.Fprintf(&b, ", noinput → %d, nomatch → %d", s.NoInput, s.NoMatch)
	}
	for _, arm := range s.Arms {
		fmt.Fprintf(&b, ", %s → %d", arm.Tag, arm.PC)
	}
	if s.Else >= 0 {
		fmt.Fprintf(&b, ", else → %d", s.Else)
	}
	return b.String()
}
