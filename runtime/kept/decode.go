package kept

import (
	"encoding/binary"
	"errors"

	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// errRecord means that a record is not what a Recorder writes.
var errRecord = errors.New("not the record of a call")

// decoder reads a record. After the first fault it reads zeros.
type decoder struct {
	b    []byte
	bad  bool
	deep int
}

// Decode reads a record into c, whose memory it uses again; texts are copied out of b.
func (c *Call) Decode(b []byte) error {
	d := decoder{b: b}
	*c = Call{Events: c.Events[:0]}
	c.Version, c.ID, c.Started = d.text(), d.text(), d.varint()
	c.Direction, c.Number, c.Caller, c.Entry = d.text(), d.text(), d.text(), d.text()
	c.Args = d.values()
	now := c.Started
	for {
		head := d.byte()
		switch {
		case d.bad:
			return errRecord
		case head&lastOne != 0:
			c.How, c.Cut, c.Ended = vm.End(d.byte()), d.byte() != 0, now+d.varint()
			if len(d.b) != 4 || d.bad {
				return errRecord
			}
			c.Check = binary.LittleEndian.Uint32(d.b)
			return nil
		case head&manyDone != 0:
			n := d.uvarint()
			if n > MaxRecord*8 {
				return errRecord
			}
			for range n {
				c.Events = append(c.Events, vm.Event{Kind: vm.Done, Now: now})
			}
			continue
		}
		e := vm.Event{Kind: vm.EventKind(head & kindBits)}
		if head&withTime != 0 {
			now += d.varint()
		}
		e.Now = now
		if head&withAgent != 0 {
			e.Agent = d.text()
		}
		switch e.Kind {
		case vm.Answer:
			e.Value = d.value()
		case vm.Outcome:
			e.Tag, e.Values = d.text(), d.values()
		case vm.Collected:
			e.Collect = collect.Result{Kind: collect.Kind(d.byte()), Reason: collect.Reason(d.byte()),
				Index: int(d.varint()), N: d.varint(), Keys: d.text()}
			e.Collect.Text = e.Collect.Keys
			if head&withTag != 0 {
				e.Collect.Text = d.text()
			}
		}
		c.Events = append(c.Events, e)
	}
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return lastOne
	}
	x := d.b[0]
	d.b = d.b[1:]
	return x
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.b)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) text() string {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) values() []vm.Value {
	n := d.uvarint()
	if n > uint64(len(d.b)) { // each takes a byte at least
		d.fail()
	}
	if d.bad || n == 0 {
		return nil
	}
	list := make([]vm.Value, n)
	for i := range list {
		list[i] = d.value()
	}
	return list
}

// deepest is how deep values may stand in each other: deeper than any type of the library, and a bound on what a
// damaged file can make us do.
const deepest = 100

func (d *decoder) value() vm.Value {
	if d.deep++; d.deep > deepest {
		d.fail()
	}
	defer func() { d.deep-- }()
	switch d.byte() {
	case numberValue:
		return vm.Int(d.varint())
	case textValue:
		return vm.Text(d.text())
	case listValue:
		return vm.List(d.values()...)
	case recordValue:
		return vm.Record(d.values()...)
	case absentValue:
		return vm.Absent()
	}
	d.fail()
	return vm.Value{}
}
