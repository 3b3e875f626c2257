package emit

import (
	"rexian/compiler/bundle"
	"rexian/lang/ast"
)

// acts evaluates what each act is given into registers from r on, the last of those it has taken, and gives its site.
// What else there is to know of an act stands in check.Acts.
var acts = map[ast.ActKind]struct {
	registers int
	give      func(f *function, a ast.Act, r int) bundle.Site
}{
	ast.EnqueueAct: {2, func(f *function, a ast.Act, r int) bundle.Site {
		x := a.(*ast.Enqueue)
		f.present(x.Queue, r)
		f.optional(x.Priority, r+1, bundle.Const{})
		return plainSite(bundle.EnqueueSite, 2)
	}},
	ast.TransferAct: {2, func(f *function, a ast.Act, r int) bundle.Site {
		x := a.(*ast.Transfer)
		f.expr(x.Number, r) // one that is withheld is an outcome of the step
		f.optional(x.Within, r+1, bundle.Const{N: 30_000})
		return plainSite(bundle.TransferSite, 2)
	}},
	ast.CallbackAct: {2, func(f *function, a ast.Act, r int) bundle.Site {
		x := a.(*ast.Callback)
		f.present(x.Queue, r)
		f.expr(x.Number, r+1)
		return plainSite(bundle.CallbackSite, 2)
	}},
	ast.SendAct: {3, func(f *function, a ast.Act, r int) bundle.Site {
		x := a.(*ast.Send)
		f.expr(x.To, r)
		f.text(x.Text, r+1)
		if !x.Mail {
			site := plainSite(bundle.SMSSite, 2)
			_, site.Named = f.e.p.ConstOf(x.To)
			return site
		}
		f.loadText(r+2, "")
		if x.Subject != nil {
			f.present(x.Subject, r+2)
		}
		return plainSite(bundle.MailSite, 3)
	}},
	ast.FaxAct: {2, func(f *function, a ast.Act, r int) bundle.Site {
		x := a.(*ast.Fax)
		f.present(x.File, r)
		if x.To == nil { // over this call
			return plainSite(bundle.FaxSite, 1)
		}
		f.expr(x.To, r+1)
		return plainSite(bundle.FaxSite, 2)
	}},
	ast.ReceiveFaxAct: {1, func(*function, ast.Act, int) bundle.Site { return plainSite(bundle.ReceiveFaxSite, 0) }},
}

// act emits an act with its outcomes, and keeps what it leaves.
func (f *function) act(a ast.Act) {
	row := acts[a.Act()]
	r := f.temp(row.registers)
	f.guarded(a, r, row.give(f, a, r), a.Otherwise())
	if s := f.e.p.LocalOf(a); s != nil {
		f.move(s.Slot, r)
	}
}
