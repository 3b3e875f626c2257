package server

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/acd"
	"rexian/runtime/exchange"
	"rexian/runtime/room"
	"rexian/stdlib"
	"rexian/stdlib/agent"
	"rexian/stdlib/fn"
	"rexian/stdlib/user"
)

// codeVerbs are what the codes of agents ask for, by their two digits.
var codeVerbs = map[string]string{"81": "signin", "82": "signout", "83": "ready", "84": "break", "90": helpVerb}

// helpVerb asks supervisors for help in the call that the agent has.
const helpVerb = "help"

// deskWord names what the flows of desk.flow ask in both tongues; no other flow may.
func deskWord(en, zh string) library.Word {
	return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}}
}

// deskFunction is something that a flow of desk.flow asks of the server that it runs on.
func deskFunction(en, zh string, result *types.Type, do fn.Func, outcomes ...string) stdlib.Own {
	return stdlib.Own{Do: do, Function: &library.Function{ID: "desk." + en, Class: library.Lookup,
		Path: []library.Word{deskWord("desk", "话机"), deskWord(en, zh)}, Result: result, Outcomes: outcomes}}
}

// deskLibrary is what the flows of desk.flow ask. The caller's number is the code that was dialled, with its star.
func (f *staff) deskLibrary() []stdlib.Own {
	signIn := deskFunction("sign_in", "签入", types.Of(types.YesNo), f.deskSignIn, "not_found", "locked")
	signIn.Function.Params = []library.Param{{Word: deskWord("pin", "密码"),
		Type: types.AsSecret(types.Of(types.Digits))}}
	return []stdlib.Own{signIn,
		deskFunction("asks_pin", "要密码", types.Of(types.YesNo), f.deskAsksPIN, "not_found"),
		deskFunction("do", "办理", nil, f.deskDo, "not_found", "not_eligible"),
	}
}

// codes answers what a flow of desk.flow asks.
func (f *staff) codes(ctx context.Context, id string, c fn.Caller, args []value.Value) (value.Value, error) {
	for _, own := range f.desk {
		if own.Function.ID == id {
			ctx, cancel := context.WithTimeout(ctx, staffTime)
			defer cancel()
			return own.Do(ctx, c, args)
		}
	}
	return value.Value{}, fn.Outcome("unavailable")
}

// seated are the agents who sit at a telephone.
func (f *staff) seated(phone string) ([]exchange.AgentNow, error) {
	list := slices.DeleteFunc(f.s.exchange.AgentList(), func(a exchange.AgentNow) bool { return a.Phone != phone })
	if len(list) == 0 {
		return nil, fn.Outcome("not_found")
	}
	return list, nil
}

// hasPIN tells whether there is a PIN of an agent's.
func (f *staff) hasPIN(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.rows, func(a agent.Agent) bool { return a.ID == id })
	return i >= 0 && f.rows[i].HasPIN
}

// deskAsksPIN tells whether who signs in at a telephone is asked for a PIN: one of its agents has one.
func (f *staff) deskAsksPIN(_ context.Context, c fn.Caller, _ []value.Value) (value.Value, error) {
	list, err := f.seated(c.Phone)
	return value.Bool(slices.ContainsFunc(list, func(a exchange.AgentNow) bool { return f.hasPIN(a.ID) })), err
}

// deskSignIn signs in whose PIN was keyed, of those who sit at the telephone; it is false where it is nobody's.
func (f *staff) deskSignIn(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
	list, err := f.seated(c.Phone)
	if err != nil {
		return value.Value{}, err
	}
	in, locked := false, false
	for _, a := range list {
		if !f.hasPIN(a.ID) {
			continue
		}
		switch err := f.s.library.Slices().Agents.Prove(ctx, a.ID, args[0].Str(), f.s.o.Now()); {
		case errors.Is(err, agent.ErrWrong):
			f.s.log.Warn("a wrong PIN", "agent", a.ID, "telephone", c.Phone)
		case errors.Is(err, agent.ErrLocked):
			locked = true
			f.s.log.Warn("too many wrong PINs: none is looked at", "agent", a.ID, "telephone", c.Phone)
		case err != nil:
			return value.Value{}, err
		default:
			if err := f.asksAt(ctx, a.ID, "signin", c.Phone); err != nil {
				return value.Value{}, err
			}
			in = true
		}
	}
	if locked && !in {
		return value.Value{}, fn.Outcome("locked")
	}
	return value.Bool(in), nil
}

// deskDo does what the code that was dialled says, for each agent who sits at the telephone. Who has a PIN does not
// sign in by it.
func (f *staff) deskDo(ctx context.Context, c fn.Caller, _ []value.Value) (value.Value, error) {
	list, err := f.seated(c.Phone)
	if err != nil {
		return value.Value{}, err
	}
	what, done := codeVerbs[strings.TrimPrefix(c.Number, "*")], false
	for _, a := range list {
		if what == "signin" && f.hasPIN(a.ID) {
			continue
		}
		if what == helpVerb {
			done = f.helps(a.Caller, c.Phone) || done
			continue
		}
		switch err := f.asksAt(ctx, a.ID, what, c.Phone); {
		case errors.Is(err, exchange.ErrOut):
		case err != nil:
			return value.Value{}, err
		default:
			done = true
		}
	}
	if !done {
		return value.Value{}, fn.Outcome("not_eligible")
	}
	return value.Bool(true), nil
}

// helps rings supervisors for the call of an agent, if there is one, while the telephone that has asked goes on.
func (f *staff) helps(caller, phone string) bool {
	call, _, _ := strings.Cut(caller, "/")
	if call == "" {
		return false
	}
	f.s.running.Go(func() {
		ctx, cancel := context.WithTimeout(f.s.background, helpTime)
		defer cancel()
		if err := (floor{f.s}).Emergency(ctx, call, seatedAt(phone)); err != nil {
			f.s.log.Warn("no supervisor has come to help", "call", call, "telephone", phone, "error", err)
		}
	})
	return true
}

// helpTime is how long supervisors are rung for a call in which somebody needs help.
const helpTime = time.Minute

// joinCodes are what a telephone may be in another call, by the two digits of the code; those of the agent whose call
// it is follow.
var joinCodes = map[string]exchange.Joining{"85": {Do: exchange.ToPickUp}, "86": {Mode: room.Listen},
	"87": {Mode: room.Whisper}, "88": {Mode: room.Barge}, "89": {Do: exchange.ToTakeOver}}

// joins tells which call a telephone comes into by a code. An agent picks up who waits in a queue of theirs, or for
// whom an agent of one rings; a supervisor, whose telephone is that of a user who may, comes into the talk of an agent.
func (f *staff) joins(ctx context.Context, phone, code string) (exchange.Joining, error) {
	code = strings.TrimPrefix(code, "*")
	j, ok := joinCodes[code[:min(2, len(code))]]
	if !ok {
		return j, exchange.ErrNotAllowed
	}
	of := code[2:]
	if j.Do == exchange.ToPickUp {
		return f.picks(j, phone, of)
	}
	users, err := f.s.library.Slices().Users.At(ctx, phone)
	if err != nil {
		return j, err
	}
	users = slices.DeleteFunc(users, func(u user.User) bool { return !api.Supervises(u.Roles) })
	if len(users) == 0 {
		return j, exchange.ErrNotAllowed
	}
	for _, a := range f.s.exchange.AgentList() {
		if of == "" || a.ID != of && a.Phone != of {
			continue
		}
		if !slices.ContainsFunc(users, func(u user.User) bool {
			return u.Holds([]string{a.Queue}, f.teams(api.Parts{Agents: []string{a.ID}}))
		}) {
			return j, exchange.ErrNotAllowed
		}
		if j.Call, _, _ = strings.Cut(a.Caller, "/"); j.Call != "" {
			return j, nil
		}
	}
	return j, exchange.ErrNoCall
}

// picks finds the caller whom an agent at a telephone picks up: the one for whom an agent rings, or where none is named
// the one who has waited longest.
func (f *staff) picks(j exchange.Joining, phone, of string) (exchange.Joining, error) {
	x, ringing := f.s.exchange, ""
	for _, a := range x.AgentList() {
		if a.Phone == phone && a.State == acd.Ready && j.Agent == "" {
			j.Agent = a.ID
		}
		if of != "" && (a.ID == of || a.Phone == of) {
			ringing, _, _ = strings.Cut(a.Caller, "/")
		}
	}
	if j.Agent == "" {
		return j, exchange.ErrNotReady
	}
	barred, serves := false, x.Serves()[j.Agent]
	for _, c := range x.Callers() {
		switch {
		case of != "" && c.Call != ringing:
		case !slices.Contains(serves, c.Queue):
			barred = true
		default:
			j.Call = c.Call
			return j, nil
		}
	}
	if barred {
		return j, exchange.ErrNotAllowed
	}
	return j, exchange.ErrNotWaiting
}

// seatedAt is who asks for what an agent's own telephone asks for.
func seatedAt(phone string) string { return "telephone " + phone }

// asksAt asks something of an agent for the telephone that they sit at.
func (f *staff) asksAt(ctx context.Context, id, what, phone string) error {
	_, err := f.Ask(ctx, id, what, "", seatedAt(phone))
	return err
}

// forced tells an agent what somebody else has asked for them, in both tongues: a telephone does not say which it has.
var forced = map[string]string{"signin": "已签入 signed in", "signout": "已签出 signed out", "ready": "已示闲 ready",
	"break": "已示忙 on a break"}

// tells sends an agent's telephone a text about what somebody else has asked for them. Telephones that take none are
// not told so; who watches the agents over the administration sees it there.
func (f *staff) tells(phone, id, what, reason, by string) {
	ctx, cancel := context.WithTimeout(f.s.background, staffTime)
	defer cancel()
	text := id + " " + forced[what]
	if reason != "" {
		text += " (" + reason + ")"
	}
	if by != "" {
		text += " · " + by
	}
	if err := f.s.lines.Message(ctx, phone, text); err != nil {
		f.s.log.Info("an agent's telephone is not told of a state", "agent", id, "telephone", phone, "error", err)
	}
}
