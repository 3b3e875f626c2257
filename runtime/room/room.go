// Package room says who of a call hears whom: a caller, agents, guests whom somebody added, supervisors who listen,
// whisper or barge in, and telephones that ring. It is a table of rules without sound, wire or clock; who runs calls
// has the media engine carry out what it says.
//
// The rules. Nobody hears himself. Caller, agents and guests hear each other. A supervisor hears all three; who listens
// (监听) is heard by nobody, who whispers (耳语) by the agents alone, who barges in (强插) by everybody. Who is held hears
// music and nothing else, and is heard by nobody, supervisors included. A telephone that rings is heard, for what it
// sends before it answers, and hears nothing. Keys pass between those who talk; a supervisor gets nobody's keys, for
// they may be a secret, and nobody gets the supervisor's, which are commands.
package room

import (
	"errors"
	"slices"
)

// Role is what somebody is in a call.
type Role uint8

const (
	Caller     Role = iota
	Agent           // works here: hears a whisper
	Guest           // anybody else who was added or called
	Supervisor      // begins by listening
	Ringing         // has not answered yet
)

// Mode is what a supervisor does.
type Mode uint8

const (
	Listen Mode = iota
	Whisper
	Barge
)

// String is the mode's name in records and requests.
func (m Mode) String() string { return [...]string{"listen", "whisper", "barge"}[m] }

// ParseMode is the mode of a name.
func ParseMode(name string) (Mode, bool) {
	for m := Listen; m <= Barge; m++ {
		if m.String() == name {
			return m, true
		}
	}
	return 0, false
}

// Most is how many may be in a room: each hears each other one by a buffer of its own.
const Most = 8

var (
	// ErrFull means that there are as many in the room as there may be.
	ErrFull = errors.New("room: it is full")
	// ErrIn means that the party is in the room already, ErrOut that it is not.
	ErrIn  = errors.New("room: already in it")
	ErrOut = errors.New("room: not in it")
	// ErrRole means that who has this role cannot do that: a supervisor is not held, and nobody else whispers.
	ErrRole = errors.New("room: not in this role")
)

// Room is a call's parties, known by keys of the user's. The zero value is empty. An operation that fails changes
// nothing.
type Room[K comparable] struct{ parties []party[K] }

type party[K comparable] struct {
	key  K
	role Role
	mode Mode
	held bool
}

// Join takes a party in.
func (r *Room[K]) Join(k K, role Role) error {
	switch {
	case r.find(k) != nil:
		return ErrIn
	case len(r.parties) == Most:
		return ErrFull
	}
	r.parties = append(r.parties, party[K]{key: k, role: role})
	return nil
}

// Answered gives one who rings its role in the talk; who is not in the room yet joins it.
func (r *Room[K]) Answered(k K, role Role) error {
	p := r.find(k)
	switch {
	case p == nil:
		return r.Join(k, role)
	case p.role != Ringing:
		return ErrIn
	}
	p.role = role
	return nil
}

// Leave takes a party out.
func (r *Room[K]) Leave(k K) error {
	n := len(r.parties)
	r.parties = slices.DeleteFunc(r.parties, func(p party[K]) bool { return p.key == k })
	if len(r.parties) == n {
		return ErrOut
	}
	return nil
}

// Hold puts a party on hold or takes it back.
func (r *Room[K]) Hold(k K, on bool) error {
	p := r.find(k)
	switch {
	case p == nil:
		return ErrOut
	case p.role == Supervisor || p.role == Ringing:
		return ErrRole
	}
	p.held = on
	return nil
}

// Supervise has a supervisor listen, whisper or barge in from now on.
func (r *Room[K]) Supervise(k K, m Mode) error {
	p := r.find(k)
	switch {
	case p == nil:
		return ErrOut
	case p.role != Supervisor:
		return ErrRole
	}
	p.mode = m
	return nil
}

// Parties are who is in the room, in the order in which they came.
func (r *Room[K]) Parties() []K {
	list := make([]K, len(r.parties))
	for i := range r.parties {
		list[i] = r.parties[i].key
	}
	return list
}

// Role is what a party is in the room; false if it is not in it.
func (r *Room[K]) Role(k K) (Role, bool) {
	if p := r.find(k); p != nil {
		return p.role, true
	}
	return 0, false
}

// Held says whether a party is in the room and on hold: it is to hear music.
func (r *Room[K]) Held(k K) bool {
	p := r.find(k)
	return p != nil && p.held
}

// Hears says whether one party hears what another one says, and gets the keys that it presses.
func (r *Room[K]) Hears(who, whom K) (speech, keys bool) {
	p, o := r.find(who), r.find(whom)
	if p == nil || o == nil || p == o || p.held || o.held {
		return false, false
	}
	speech = p.role != Ringing && o.heardBy(p)
	return speech, speech && p.talks() && o.talks()
}

// heardBy says whether one who is not held is heard by another such.
func (p *party[K]) heardBy(o *party[K]) bool {
	if p.role != Supervisor {
		return true
	}
	return p.mode == Barge || p.mode == Whisper && o.role == Agent
}

func (p *party[K]) talks() bool { return p.role != Supervisor && p.role != Ringing }

func (r *Room[K]) find(k K) *party[K] {
	for i := range r.parties {
		if r.parties[i].key == k {
			return &r.parties[i]
		}
	}
	return nil
}
