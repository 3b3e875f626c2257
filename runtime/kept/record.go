package kept

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/types"
	"rexian/runtime/collect"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// An event is a byte, its kind with these flags, then what they say in their order.
const (
	kindBits  = 0x07
	withTime  = 0x08 // milliseconds since the event before
	withTag   = 0x10 // the tag; of Collected: the text differs from the keys
	withAgent = 0x20
	manyDone  = 0x40 // how many events Done there are that tell nothing else
	lastOne   = 0x80 // the call is over: what is left is its end
)

// Recorder makes the record of one call. It is a session.Observer; nil records nothing. It belongs to its call's
// goroutine.
type Recorder struct {
	keeper  *Keeper
	program *bundle.Program
	b       []byte
	now     int64
	done    uint64 // events Done that are not written yet
	sum     uint32
	secret  bool // the effect that is being answered asks for a secret
	secrets []string
	masker  masker
	number  bool        // the question that is being answered asks for a number, a time, or one of its answers
	result  *types.Type // of what is being answered, nil where it is not known
	cut     bool
}

var _ session.Observer = (*Recorder)(nil)

func newRecorder(k *Keeper, p *bundle.Program, h Header) *Recorder {
	r := &Recorder{keeper: k, program: p, now: h.Started, sum: SumStart, b: make([]byte, 0, 256)}
	r.masker = masker{words: k.wordsOf(p), secret: k.o.Secret, call: h.ID}
	r.text(h.Version)
	r.text(h.ID)
	r.b = binary.AppendVarint(r.b, h.Started)
	r.text(h.Direction)
	r.text(h.Number)
	r.text(Mask(h.Caller))
	r.text(h.Entry)
	r.hideArgs(&h)
	r.values(h.Args, nil)
	return r
}

// hideArgs takes what a flow was given as a secret for one.
func (r *Recorder) hideArgs(h *Header) {
	fn := r.program.FuncNamed(h.Entry)
	if fn < 0 {
		return
	}
	for i, p := range r.program.Funcs[fn].Params {
		if p.Secret && i < len(h.Args) {
			r.hide(h.Args[i].Str())
		}
	}
}

func (r *Recorder) hide(secret string) {
	if secret != "" && !slices.Contains(r.secrets, secret) {
		r.secrets = append(r.secrets, secret)
	}
}

// masked hides the secrets in a text: one that is a secret whole, else those of three letters and more.
func (r *Recorder) masked(s string) string {
	for _, x := range r.secrets {
		if n := utf8.RuneCountInString(x); s == x || n >= 3 {
			s = strings.ReplaceAll(s, x, strings.Repeat(Masked, n))
		}
	}
	return s
}

// Event records an event.
func (r *Recorder) Event(now int64, e vm.Event) {
	if r == nil || r.cut {
		return
	}
	secret := r.secret
	r.secret = false
	if e.Kind == vm.Done && now == r.now && e.Agent == "" {
		r.done++
		return
	}
	r.flushDone()
	if secret && e.Kind == vm.Collected {
		r.hide(e.Collect.Text)
		r.hide(e.Collect.Keys)
		e.Collect.N = 0 // digits are held as text
	}
	at := len(r.b)
	head := byte(e.Kind)
	r.b = append(r.b, 0)
	if now != r.now {
		head |= withTime
		r.b = binary.AppendVarint(r.b, now-r.now)
		r.now = now
	}
	if e.Agent != "" {
		head |= withAgent
		r.text(e.Agent)
	}
	switch e.Kind {
	case vm.Answer:
		r.value(e.Value, r.result)
	case vm.Outcome:
		r.text(e.Tag)
		result := (*types.Type)(nil)
		if e.Tag == "press" { // one of the keys on offer
			result = word
		}
		r.values(e.Values, result)
	case vm.Collected:
		if r.collected(&e.Collect) {
			head |= withTag
		}
	}
	r.b[at] = head
	if len(r.b) > MaxRecord {
		r.b, r.cut = r.b[:at], true
	}
}

// collected records how a try of a question ended, and tells whether its text had to be written beside its keys.
func (r *Recorder) collected(c *collect.Result) bool {
	write := r.token
	if r.number && c.Kind == collect.Value {
		write = r.text
	} else if c.Kind == collect.Value {
		c.N = 0 // digits are held as text
	}
	r.b = append(r.b, byte(c.Kind), byte(c.Reason))
	r.b = binary.AppendVarint(r.b, int64(c.Index))
	r.b = binary.AppendVarint(r.b, c.N)
	write(c.Keys)
	if c.Text == c.Keys {
		return false
	}
	write(c.Text)
	return true
}

func (r *Recorder) flushDone() {
	if r.done > 0 {
		r.b = binary.AppendUvarint(append(r.b, manyDone), r.done)
		r.done = 0
	}
}

// Effect notes what the machine said: only its checksum is kept.
func (r *Recorder) Effect(_ int64, e vm.Effect) {
	if r == nil || r.cut {
		return
	}
	r.sum = Sum(r.sum, &e)
	r.secret, r.number, r.result = false, false, nil
	switch q := e.Question; {
	case e.End:
	case e.Kind == bundle.CollectSite && q >= 0 && q < len(r.program.Questions):
		of := &r.program.Questions[q]
		r.secret, r.number = of.Secret, !of.Secret && counts(of.Field)
	case e.Kind == bundle.QuerySite || e.Kind == bundle.LookupSite && e.Name == "table":
		r.result = word
	case e.Kind == bundle.LookupSite:
		r.result = answers(e.Name)
	}
}

// counts tells the questions whose answers are numbers, times, or among those that are offered.
func counts(field ident.Kind) bool {
	switch field {
	case ident.Number, ident.Money, ident.YesNo, ident.DateOf, ident.MonthOf, ident.TimeOf, ident.Choice,
		ident.Several, ident.Scale:
		return true
	}
	return false
}

// Collected is part of the event that follows.
func (r *Recorder) Collected(int64, int, collect.Result) {}

// End hands the record over. It never waits: where the queue is full, the record is dropped and counted.
func (r *Recorder) End(how vm.End, now int64) {
	if r == nil {
		return
	}
	r.flushDone()
	cut := byte(0)
	if r.cut {
		cut = 1
	}
	r.b = append(r.b, lastOne, byte(how), cut)
	r.b = binary.AppendVarint(r.b, now-r.now)
	r.b = binary.LittleEndian.AppendUint32(r.b, r.sum)
	r.keeper.take(r.b)
	r.b = nil
}

func (r *Recorder) text(s string) {
	r.b = binary.AppendUvarint(r.b, uint64(len(s)))
	r.b = append(r.b, s...)
}

// token writes a text that came from outside: see masker.
func (r *Recorder) token(s string) {
	if len(r.secrets) > 0 {
		s = r.masked(s)
	}
	r.text(r.masker.token(s))
}

func (r *Recorder) values(list []vm.Value, t *types.Type) {
	r.b = binary.AppendUvarint(r.b, uint64(len(list)))
	for i, v := range list {
		r.value(v, part(t, i))
	}
}

// A value is a byte that says what it is, then it.
const (
	numberValue = iota
	textValue
	listValue
	recordValue
	absentValue
)

// value writes a value of a type, nil where that is not known. Numbers and times stay as they are: they say nothing of
// somebody who is not named.
func (r *Recorder) value(v vm.Value, t *types.Type) {
	switch {
	case v.P == nil:
		r.b = binary.AppendVarint(append(r.b, numberValue), v.N)
	case v.IsAbsent():
		r.b = append(r.b, absentValue)
	case v.P.Kind == vm.TextObject:
		r.b = append(r.b, textValue)
		if t != nil && spoken[t.Kind] {
			r.text(v.Str())
		} else {
			r.token(v.Str())
		}
	case len(r.b) > MaxRecord: // it is not kept anyway
		r.b = append(r.b, absentValue)
	case v.P.Kind == vm.ListObject:
		r.b = append(r.b, listValue)
		r.values(v.Items(), t)
	default:
		r.b = append(r.b, recordValue)
		r.values(v.Items(), t)
	}
}
