package collect

import (
	"slices"
	"strings"

	"rexian/compiler/ident"
)

// Phase is where a try stands; see the package comment.
type Phase uint8

const (
	Idle Phase = iota
	Lead
	Playing
	Waiting
	Keying
	Done
)

// Machine is one try of one question. Only its methods change the fields; they are exported so
// that a snapshot is plain JSON.
type Machine struct {
	Spec    Spec   `json:"spec"`
	Phase   Phase  `json:"phase"`
	Entry   []Key  `json:"entry,omitempty"`
	FirstAt int64  `json:"firstAt,omitempty"` // when the first key was taken
	Due     int64  `json:"due,omitempty"`     // the running timer; valid in Waiting and Keying
	Result  Result `json:"result"`            // valid when Done

	buf *Buffer
}

// Attach gives a Machine that was read back from a snapshot its call's buffer.
func (m *Machine) Attach(buf *Buffer) { m.buf = buf }

// Start begins a try at now. Keys already in buf are consumed at once unless the lead must be
// heard; with no prompts the first-key timer starts at once.
func (m *Machine) Start(spec Spec, buf *Buffer, now int64) Output {
	*m = Machine{Spec: spec.normal(), Entry: m.Entry[:0], buf: buf}
	var out Output
	switch {
	case !spec.Prompts:
		m.Phase, m.Due = Waiting, now+m.Spec.Wait
	case spec.MustHear:
		m.Phase = Lead
		out.Discarded = buf.Clear()
		return out
	default:
		m.Phase = Playing
	}
	m.drain(now, &out)
	return out
}

// drain consumes the keys keyed ahead. Their own times still tell one answer from the next: a
// pause for which the timer would have run out ends what was complete before it. An incomplete
// entry is not failed for a pause nobody had asked the caller to avoid.
func (m *Machine) drain(now int64, out *Output) {
	for m.Phase != Done {
		if n := len(m.Entry); n > 0 && len(m.buf.Keys) > 0 {
			gap := m.buf.Keys[0].At - m.Entry[n-1].At
			if gap >= m.patience() && m.complete() {
				m.expire(m.Entry[n-1].At+m.patience(), out)
				return
			}
		}
		k, ok := m.buf.pop()
		if !ok {
			return
		}
		m.take(k, now, out)
	}
}

// LeadHeard says that the must-hear part of the prompts has ended and interruptible words follow.
func (m *Machine) LeadHeard(int64) Output {
	if m.Phase == Lead {
		m.Phase = Playing
	}
	return Output{}
}

// PromptsEnded says that the last prompt has ended at now; the first-key timer starts unless a key
// has come already.
func (m *Machine) PromptsEnded(now int64) Output {
	if m.Phase == Lead || m.Phase == Playing {
		m.Phase, m.Due = Waiting, now+m.Spec.Wait
	}
	return Output{}
}

// Key says that a key went down, learnt at now. A timer that was due before now counts first.
func (m *Machine) Key(k Key, now int64) Output {
	out := m.Tick(now)
	if !m.buf.Admit(k) {
		return out
	}
	switch m.Phase {
	case Lead:
		out.Discarded = 1
	case Idle, Done:
		m.buf.Push(k)
	default:
		m.take(k, now, &out)
	}
	return out
}

// Deadline returns when Tick must be called at the latest; ok is false while no timer runs.
func (m *Machine) Deadline() (at int64, ok bool) {
	return m.Due, m.Phase == Waiting || m.Phase == Keying
}

// Tick says what time it is.
func (m *Machine) Tick(now int64) Output {
	var out Output
	if due, ok := m.Deadline(); ok && now >= due {
		if m.Phase == Waiting {
			m.finish(Result{Kind: NoInput}, &out)
		} else {
			m.expire(due, &out)
		}
	}
	return out
}

// Hangup ends the try whatever it waits for.
func (m *Machine) Hangup() Output {
	var out Output
	if m.Phase != Idle && m.Phase != Done {
		m.finish(Result{Kind: Hangup}, &out)
	}
	return out
}

// keys returns what is keyed so far.
func (m *Machine) keys() string {
	var b [BufferKeys]byte
	s := b[:0]
	for _, k := range m.Entry {
		s = append(s, k.Digit)
	}
	return string(s)
}

// finish ends the try; a Result that names no keys gets those of the entry.
func (m *Machine) finish(r Result, out *Output) {
	if r.Keys == "" {
		r.Keys = m.keys()
	}
	m.Phase, m.Result = Done, r
	out.Done, out.Result = true, r
}

// accept ends the try with an answer to which nothing could be added.
func (m *Machine) accept(r Result, now int64, out *Output) {
	m.finish(r, out)
	m.swallow(now)
}

// swallow has one end key that follows an answer already taken thrown away: the one keyed ahead,
// or the next key to come if it comes soon.
func (m *Machine) swallow(now int64) {
	end := m.Spec.EndKey
	switch {
	case end == 0:
	case len(m.buf.Keys) == 0:
		m.buf.Swallow, m.buf.SwallowUntil = end, now+m.Spec.Between
	case m.buf.Keys[0].Digit == end:
		m.buf.pop()
	}
}

// take is rule 5: one key, now part of this question.
func (m *Machine) take(k Key, now int64, out *Output) {
	s := &m.Spec
	if m.Phase == Playing {
		out.StopPrompts = true
	}
	if len(m.Entry) == 0 {
		m.FirstAt = now
	}
	m.Phase = Keying
	before := m.keys()
	entry := before + string(rune(k.Digit))
	option, longer := m.options(entry)
	if alone, _ := m.options(entry[len(before):]); alone >= 0 && before != "" && option < 0 && !longer &&
		!m.menu() && !s.Field.Takes(k.Digit) && k.Digit != s.EndKey {
		// An option whose key the field cannot hold works also after the caller has begun.
		m.Entry = append(m.Entry, k)
		m.finish(m.chosen(alone, entry), out)
		return
	}
	// The end key ends what is there; only an option that uses it goes first.
	if k.Digit == s.EndKey && option < 0 && !longer {
		m.end(out)
		return
	}
	if g := m.global(k.Digit); g >= 0 && option < 0 && !longer && m.longest(before) < 0 {
		m.Entry = append(m.Entry, k)
		m.finish(Result{Kind: Global, Index: g}, out)
		return
	}
	m.Entry = append(m.Entry, k)
	if !m.menu() {
		m.field(entry, option, longer, now, out)
		return
	}
	switch {
	case option >= 0 && !longer:
		m.accept(m.chosen(option, entry), now, out)
	case option >= 0 || longer:
		m.restart(now)
	default:
		m.deadEnd(before, out)
	}
}

// field goes on with a key that belongs to a field, beside which there may be options.
func (m *Machine) field(entry string, option int, longer bool, now int64, out *Output) {
	mayHold := m.holds(entry)
	switch {
	case option >= 0 && !longer && !mayHold:
		m.accept(m.chosen(option, entry), now, out)
	case option >= 0 || longer:
		m.restart(now)
	case len(entry) > m.room(entry): // a longer option was hoped for in vain
		n := m.room(entry)
		m.buf.unread(m.Entry[n:])
		m.Entry = m.Entry[:n]
		m.finish(m.answer(entry[:n]), out)
	case len(entry) == m.room(entry):
		m.accept(m.answer(entry), now, out)
	default:
		m.restart(now)
	}
}

// menu tells whether only the options can answer.
func (m *Machine) menu() bool { return m.Spec.Field == ident.None || m.Spec.Field == ident.Choice }

// room is how many keys an answer that begins with entry can have at most.
func (m *Machine) room(entry string) int {
	s := &m.Spec
	if is, more := s.listed(entry); is && !more {
		return len(entry)
	}
	switch s.Field {
	case ident.PhoneOf:
		return max(s.MinLen, min(s.MaxLen, ident.PhoneLength(entry)))
	case ident.Scale:
		if s.Ranged && !extends(entry, s.Min, s.Max) {
			return len(entry)
		}
		if s.Ranged {
			return len(entry) + 1
		}
	}
	return s.MaxLen
}

// listed tells whether an entry is one of the listed answers, and whether a longer one begins with it.
func (s *Spec) listed(entry string) (is, longer bool) {
	i, is := slices.BinarySearch(s.Listed, entry)
	if is {
		i++
	}
	return is, i < len(s.Listed) && strings.HasPrefix(s.Listed[i], entry)
}

// holds tells whether an answer of the field may begin with an entry, or at least with its first key.
func (m *Machine) holds(entry string) bool {
	if m.Spec.Listed == nil {
		return m.Spec.Field.Takes(entry[0])
	}
	is, longer := m.Spec.listed(entry)
	return is || longer
}

// extends tells whether a whole number that begins with entry and has more digits lies within
// lo..hi, given in millionths.
func extends(entry string, lo, hi int64) bool {
	v, fault := ident.ParseKeys(ident.Scale, entry)
	if fault != ident.OK || v.N == 0 {
		return false // leading zeros lead nowhere
	}
	first, last := v.N/1e6, v.N/1e6
	lo, hi = lo/1e6, hi/1e6
	for first <= hi/10 {
		first, last = first*10, last*10+9
		if first <= hi && last >= lo {
			return true
		}
	}
	return false
}

// options finds the option on offer that entry spells (-1: none), and whether a longer one begins
// with it.
func (m *Machine) options(entry string) (option int, longer bool) {
	option = -1
	if m.Spec.Field == ident.Several {
		return -1, false // its options are its digits
	}
	for i, o := range m.Spec.Options {
		if i >= 64 || m.Spec.Offered>>i&1 == 0 || !strings.HasPrefix(o, entry) {
			continue
		}
		if len(o) == len(entry) {
			option = i
		} else {
			longer = true
		}
	}
	return option, longer
}

// longest finds the longest option on offer that entry begins with, -1 for none.
func (m *Machine) longest(entry string) int {
	for n := len(entry); n > 0; n-- {
		if o, _ := m.options(entry[:n]); o >= 0 {
			return o
		}
	}
	return -1
}

// global returns the place of a global key in force for this question, -1 if it is none. A field
// keeps its own keys even where global keys are allowed.
func (m *Machine) global(d byte) int {
	if !m.menu() && (!m.Spec.AllowGlobal || m.holds(string(rune(d)))) {
		return -1
	}
	return strings.IndexByte(m.Spec.Global, d)
}

// deadEnd is a menu entry that can become nothing: the longest complete option in it is taken and
// the rest waits for the next question.
func (m *Machine) deadEnd(before string, out *Output) {
	if o := m.longest(before); o >= 0 {
		n := len(m.Spec.Options[o])
		m.buf.unread(m.Entry[n:])
		m.Entry = m.Entry[:n]
		m.finish(m.chosen(o, before[:n]), out)
		return
	}
	m.finish(Result{Kind: NoMatch, Reason: Unlisted}, out)
}

// chosen is the result for an option: an answer with a value where the question is a choice.
func (m *Machine) chosen(option int, keys string) Result {
	if m.Spec.Field != ident.Choice {
		return Result{Kind: Option, Index: option}
	}
	v, _ := ident.ParseKeys(ident.Scale, keys) // a choice keyed with `*` has no number: 0
	return Result{Kind: Value, Index: option, Text: keys, N: v.N}
}

// complete tells whether the entry would be taken if the caller stopped here.
func (m *Machine) complete() bool {
	entry := m.keys()
	if o, _ := m.options(entry); o >= 0 {
		return true
	}
	return !m.menu() && len(entry) >= m.Spec.MinLen
}

// patience is the timer for the next key: short where what is keyed is an answer already, complete
// among the options or on a scale, and merely could go on.
func (m *Machine) patience() int64 {
	entry := m.keys()
	if o, _ := m.options(entry); o >= 0 || (m.Spec.Field == ident.Scale && m.inRange(entry)) {
		return m.Spec.Critical
	}
	if is, _ := m.Spec.listed(entry); is {
		return m.Spec.Critical
	}
	return m.Spec.Between
}

func (m *Machine) inRange(entry string) bool { return m.answer(entry).Kind == Value }

// restart runs the timer for the next key, under the backstop.
func (m *Machine) restart(now int64) {
	m.Due = min(now+m.patience(), m.FirstAt+m.Spec.Total)
}

// expire is rule 6: no key came in time.
func (m *Machine) expire(now int64, out *Output) {
	m.end(out)
	m.swallow(now) // the caller was merely slow to press it
}

// end takes the entry as it stands, by the end key or for want of more keys.
func (m *Machine) end(out *Output) {
	entry := m.keys()
	if o, _ := m.options(entry); o >= 0 {
		m.finish(m.chosen(o, entry), out)
		return
	}
	switch {
	case m.menu() && entry == "":
		m.finish(Result{Kind: NoMatch, Reason: Unlisted}, out)
		return
	case m.menu() || len(entry) < m.Spec.MinLen:
		m.finish(Result{Kind: NoMatch, Reason: Short}, out)
		return
	case len(entry) > m.Spec.MaxLen && m.Spec.Field != ident.Scale:
		m.finish(Result{Kind: NoMatch, Reason: Long}, out)
		return
	}
	m.finish(m.answer(entry), out)
}

// answer validates a field's keys: rule 7.
func (m *Machine) answer(entry string) Result {
	s := &m.Spec
	if s.Field == ident.Several {
		return m.several(entry)
	}
	v, fault := ident.ParseKeys(s.Field, entry)
	switch fault {
	case ident.OK:
	case ident.Unlisted:
		return Result{Kind: NoMatch, Reason: Unlisted}
	case ident.Long:
		return Result{Kind: NoMatch, Reason: Long}
	default:
		return Result{Kind: NoMatch, Reason: Invalid}
	}
	if s.Listed != nil {
		if is, _ := s.listed(v.Text); !is {
			return Result{Kind: NoMatch, Reason: Unlisted}
		}
	}
	if s.Ranged && (v.N < s.Min || v.N > s.Max) {
		return Result{Kind: NoMatch, Reason: Invalid}
	}
	return Result{Kind: Value, Text: v.Text, N: v.N}
}

// several reads a set of options, each keyed once or more, in the order first keyed.
func (m *Machine) several(entry string) Result {
	r := Result{Kind: Value}
	for i := range len(entry) {
		at := -1
		for j, o := range m.Spec.Options {
			if j < 64 && m.Spec.Offered>>j&1 == 1 && o == entry[i:i+1] {
				at = j
			}
		}
		if at < 0 {
			return Result{Kind: NoMatch, Reason: Unlisted}
		}
		if r.N>>at&1 == 0 {
			r.N |= 1 << at
			r.Text += entry[i : i+1]
		}
	}
	return r
}
