package check

import (
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// Act is what there is to know of one kind of act. Whoever adds an act adds a row to Acts and one to the table of
// package emit; the stages between ask these rows.
type Act struct {
	Outcomes []string // what it may end in instead of its next step
	Voice    bool     // it needs a call; a message has none
	Live     bool     // it needs the caller on the line: a handler of a hang-up cannot do it
	Ends     bool     // when it is done the call is over
	Leaves   bool     // its arms must lead elsewhere: there is nothing to go on with
	Behind   bool     // it goes on behind the sound, without waiting until that has been heard

	// Recipient is the number that the act is for: what comes of its absence is the act's own otherwise to take. nil
	// for an act that has none.
	Recipient func(ast.Act) ast.Expr

	given func(*checker, ast.Act) // checks what it is given
	after func(*checker, ast.Act) // declares what it leaves; nil for nothing
}

var unavailable = []string{"unavailable"}

// Acts is the table of the acts.
var Acts = map[ast.ActKind]*Act{
	ast.EnqueueAct: {Outcomes: library.QueueOutcomes, Voice: true, Live: true, Leaves: true,
		given: func(c *checker, a ast.Act) {
			s := a.(*ast.Enqueue)
			c.value(s.Queue, types.Of(types.Queue))
			if s.Priority != nil {
				c.value(s.Priority, types.Of(types.Number))
				c.bounded(s.Priority, "priority")
			}
		}},
	ast.TransferAct: {Outcomes: library.CallOutcomes, Voice: true, Live: true, Ends: true,
		Recipient: func(a ast.Act) ast.Expr { return a.(*ast.Transfer).Number },
		given: func(c *checker, a ast.Act) {
			s := a.(*ast.Transfer)
			before := len(c.diags)
			c.putThrough(s.Number)
			c.mendTransfer(s, before)
			c.figure(s.Within, types.Of(types.Duration), "transfer")
		}},
	ast.CallbackAct: {Outcomes: unavailable, Voice: true, Behind: true,
		Recipient: func(a ast.Act) ast.Expr { return a.(*ast.Callback).Number },
		given: func(c *checker, a ast.Act) {
			s := a.(*ast.Callback)
			c.value(s.Queue, types.Of(types.Queue))
			c.value(s.Number, types.Of(types.Phone))
		}},
	ast.SendAct: {Outcomes: unavailable, Behind: true,
		Recipient: func(a ast.Act) ast.Expr { return a.(*ast.Send).To },
		given:     func(c *checker, a ast.Act) { c.send(a.(*ast.Send)) }},
	ast.FaxAct: {Outcomes: unavailable, Voice: true, Live: true,
		Recipient: func(a ast.Act) ast.Expr { return a.(*ast.Fax).To },
		given: func(c *checker, a ast.Act) {
			s := a.(*ast.Fax)
			c.value(s.File, types.Of(types.Text))
			if s.To != nil {
				c.value(s.To, types.Of(types.Phone))
			}
		}},
	ast.ReceiveFaxAct: {Outcomes: unavailable, Voice: true, Live: true,
		given: func(*checker, ast.Act) {},
		after: func(c *checker, a ast.Act) {
			if s := a.(*ast.ReceiveFax); s.Name != nil {
				c.declare(Local, s.Name, types.Of(types.Text), s)
			}
		}},
}

// act checks an act: what it is given, and who takes its outcomes.
func (c *checker) act(a ast.Act) {
	row := Acts[a.Act()]
	row.given(c, a)
	c.guard(a, nil, nil, row.Outcomes, a.Otherwise(), string(a.Act()))
	if row.after != nil {
		row.after(c, a)
	}
}

// send checks the recipient and the words of a text or a mail.
func (c *checker) send(s *ast.Send) {
	want := types.Of(types.Phone)
	if s.Mail {
		want = types.Of(types.Text)
	}
	c.value(s.To, want)
	if to, ok := s.To.(*ast.StringLit); ok && s.Mail {
		c.address(to)
	}
	c.text(s.Text, written, false, false)
	c.holes(s.Subject, written)
	c.worth(s.Subject)
}
