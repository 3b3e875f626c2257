package ast

// Act is a step that asks for something to be done outside of the flow and may fail in ways that it names: it enqueues
// a caller, puts one through, calls back, sends. What each act is given, may end in, and leads to stands in one table,
// check.Acts.
type Act interface {
	Step
	Act() ActKind
	Parts() []Node    // what it is given, in the order of the text, without what is left out
	Otherwise() *Else // nil if absent
}

// ActKind tells the acts apart, by the keyword.
type ActKind string

// The acts.
const (
	EnqueueAct    ActKind = "enqueue"
	TransferAct   ActKind = "transfer"
	CallbackAct   ActKind = "callback"
	SendAct       ActKind = "send"
	FaxAct        ActKind = "fax"
	ReceiveFaxAct ActKind = "receive fax"
)

func (*Enqueue) Act() ActKind    { return EnqueueAct }
func (*Transfer) Act() ActKind   { return TransferAct }
func (*Callback) Act() ActKind   { return CallbackAct }
func (*Send) Act() ActKind       { return SendAct }
func (*Fax) Act() ActKind        { return FaxAct }
func (*ReceiveFax) Act() ActKind { return ReceiveFaxAct }

func (x *Enqueue) Otherwise() *Else    { return x.Else }
func (x *Transfer) Otherwise() *Else   { return x.Else }
func (x *Callback) Otherwise() *Else   { return x.Else }
func (x *Send) Otherwise() *Else       { return x.Else }
func (x *Fax) Otherwise() *Else        { return x.Else }
func (x *ReceiveFax) Otherwise() *Else { return x.Else }

func (x *Enqueue) Parts() []Node    { return parts(x.Queue, x.Priority) }
func (x *Transfer) Parts() []Node   { return parts(x.Number, x.Within) }
func (x *Callback) Parts() []Node   { return parts(x.Queue, x.Number) }
func (x *Send) Parts() []Node       { return parts(x.To, x.Text, x.Subject) }
func (x *Fax) Parts() []Node        { return parts(x.File, x.To) }
func (x *ReceiveFax) Parts() []Node { return nil }

func parts(list ...Node) []Node {
	there := list[:0]
	for _, n := range list {
		if !isNil(n) {
			there = append(there, n)
		}
	}
	return there
}
