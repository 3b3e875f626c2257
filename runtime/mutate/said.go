package mutate

import (
	"regexp"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// keySaid is where words tell a key: 按1, press 1.
var keySaid = regexp.MustCompile(`(?:按|[Pp]ress )([0-9])`)

// spoken are slips in the words of a prompt: a menu that says another key than it takes, a last sentence left out.
func (m *maker) spoken(i int, change func(kind string, what diag.Text, change func(*bundle.Prompt))) {
	p := &m.p.Prompts[i]
	for w := range p.Words {
		for k, piece := range p.Words[w].Pieces {
			put := func(kind string, what diag.Text, text string) {
				change(kind, what, func(q *bundle.Prompt) {
					q.Words[w].Pieces = slices.Clone(q.Words[w].Pieces)
					q.Words[w].Pieces[k].Text = text
				})
			}
			for _, at := range keySaid.FindAllStringSubmatchIndex(piece.Text, -1) {
				was := piece.Text[at[2]]
				is := string('0' + (was-'0'+1)%10)
				what := diag.Textf("“%s”里的按 %s 念成了按 %s", "%q says key %s, which became %s", m.said(i),
					string(was), is)
				put("spoken key", what, piece.Text[:at[2]]+is+piece.Text[at[3]:])
			}
			if p.Name != "" && len(p.Words[w].Pieces) == 1 {
				if last := sentences(piece.Text); last > 0 {
					what := diag.Textf("“%s”漏了最后一句", "%q lacks its last sentence", m.said(i))
					put("sentence", what, piece.Text[:last])
				}
			}
		}
	}
}

// sentences is where the last of several sentences begins; 0 for a single one.
func sentences(text string) int {
	text = strings.TrimRight(text, " ")
	at := 0
	for _, mark := range []string{"。", "！", "？", ". ", "! ", "? "} {
		if i := strings.LastIndex(strings.TrimSuffix(text, mark), mark); i >= 0 {
			at = max(at, i+len(mark))
		}
	}
	return at
}

// branch leaves a condition out, so that what it guards is always done, or never.
func (m *maker) branch(fn int, f *bundle.Func, pc int) {
	c := f.Code[pc]
	m.at("condition", fn, pc, diag.Textf("%s 里的条件总当作成立", "a condition in %s is taken to hold", f.Name),
		func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = settledJump(c, c.Op() == bundle.JumpIf) })
	m.at("condition", fn, pc, diag.Textf("%s 里的条件总当作不成立", "a condition in %s is taken not to hold", f.Name),
		func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = settledJump(c, c.Op() != bundle.JumpIf) })
}

// settledJump is a conditional jump that is always taken, or never.
func settledJump(c bundle.Code, taken bool) bundle.Code {
	if taken {
		return bundle.MakeJump(c.SBx())
	}
	return bundle.MakeABC(bundle.Nop, 0, 0, 0)
}

// others are operations that are mistaken for each other.
var others = map[bundle.Op]bundle.Op{bundle.AddMoney: bundle.SubMoney, bundle.SubMoney: bundle.AddMoney,
	bundle.AddNumber: bundle.SubNumber, bundle.SubNumber: bundle.AddNumber}

// sum adds where it should take away, or the other way round.
func (m *maker) sum(fn int, f *bundle.Func, pc int) {
	c := f.Code[pc]
	m.at("sum", fn, pc, diag.Textf("%s 里的加减反了", "%s adds where it should take away, or the other way round", f.Name),
		func(_ *bundle.Program, f *bundle.Func) {
			f.Code[pc] = bundle.MakeABC(others[c.Op()], c.A(), c.B(), c.C())
		})
}

// priority joins a queue as anybody does who should go first, or the other way round.
func (m *maker) priority(fn int, f *bundle.Func, pc int) {
	reg := f.Code[pc].A() + 1
	for at := pc - 1; at >= max(0, pc-6); at-- {
		c := f.Code[at]
		if c.Op() == bundle.Cover || c.A() != reg {
			continue
		}
		var n int64
		switch c.Op() {
		case bundle.LoadI:
			n = int64(c.SBx())
		case bundle.LoadK:
			n = f.Consts[c.Bx()].N
		default:
			return
		}
		to := int64(10_000_000)
		if n != 0 {
			to = 0
		}
		m.at("priority", fn, pc, diag.Textf("%s 里排队的优先级成了 %d", "%s joins the queue with priority %d", f.Name,
			to/1_000_000), func(_ *bundle.Program, f *bundle.Func) {
			f.Consts = append(slices.Clone(f.Consts), bundle.Const{N: to})
			f.Code[at] = bundle.MakeABx(bundle.LoadK, reg, len(f.Consts)-1)
		})
		return
	}
}
