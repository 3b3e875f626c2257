package server

import (
	"context"
	"errors"

	"rexian/console/api"
	"rexian/runtime/exchange"
	"rexian/runtime/room"
)

// control is what the administration may do with the calls of the exchange.
type control struct{ x *exchange.Exchange }

func (c control) Supervise(ctx context.Context, call, phone, mode, by string) error {
	m, ok := room.ParseMode(mode)
	if !ok {
		return &api.Undone{Reason: api.ReasonNoMode}
	}
	return undone(c.x.Supervise(ctx, call, phone, m, by))
}

func (c control) Add(ctx context.Context, call, number, by string) error {
	return undone(c.x.Add(ctx, call, number, by))
}

func (c control) Hold(ctx context.Context, call string, on bool, by string) error {
	return undone(c.x.Hold(ctx, call, on, by))
}

func (c control) Transfer(ctx context.Context, call, number, by string) error {
	return undone(c.x.Transfer(ctx, call, number, by))
}

func (c control) Consult(ctx context.Context, call, number, by string) error {
	return undone(c.x.Consult(ctx, call, number, by))
}

func (c control) Complete(ctx context.Context, call, by string) error {
	return undone(c.x.Complete(ctx, call, by))
}

func (c control) Back(ctx context.Context, call, by string) error {
	return undone(c.x.Back(ctx, call, by))
}

func (c control) Drop(ctx context.Context, call, party, by string) error {
	return undone(c.x.Drop(ctx, call, party, by))
}

func (c control) Hangup(ctx context.Context, call, by string) error {
	return undone(c.x.Hangup(ctx, call, by))
}

// undone is an error of the exchange as the administration tells it.
func undone(err error) error {
	if err == nil {
		return nil
	}
	for _, k := range []struct {
		err    error
		reason string
	}{{exchange.ErrNoCall, api.ReasonNoCall}, {exchange.ErrRings, api.ReasonRings},
		{exchange.ErrAlone, api.ReasonAlone}, {exchange.ErrFull, api.ReasonCrowded},
		{exchange.ErrNoPhone, api.ReasonNoPhone}, {exchange.ErrNoAgent, api.ReasonNoAgent},
		{exchange.ErrNoQueue, api.ReasonNoQueue}, {exchange.ErrNotReady, api.ReasonNotReady},
		{exchange.ErrNotWaiting, api.ReasonNotWaiting},
		{exchange.ErrNoConsult, api.ReasonNoConsult}, {exchange.ErrConsults, api.ReasonConsults},
		{exchange.ErrNoParty, api.ReasonNoParty}} {
		if errors.Is(err, k.err) {
			return &api.Undone{Reason: k.reason}
		}
	}
	return &api.Undone{Reason: exchange.DialOutcome(err)}
}
