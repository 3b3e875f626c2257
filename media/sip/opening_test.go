package sip

import (
	"context"
	"fmt"
	"testing"
)

// A call that stands has let its INVITE go, which takes many times the memory of what is kept; what is known of the
// caller stays as it was.
func TestTheInviteIsLetGo(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	calls := make(chan *Call, 1)
	known := func(c *Call) string {
		return fmt.Sprint(c.CallID(), c.From(), c.To(), c.Number(), c.Display(), c.Caller(), c.Forwarders(),
			c.Leg().Number, c.Dialled())
	}
	before := ""
	s := serve(t, e, func(c *Call) {
		if before = known(c); c.Header("Diversion") == "" {
			t.Error("an INVITE that is not answered has no headers")
		}
		if err := c.Answer(context.Background()); err != nil {
			t.Error(err)
		}
		calls <- c
	}, nil)
	a := serve(t, e, nil, nil)
	out, err := a.Dial(t.Context(), Outbound{To: uri(s, "12366"), From: "13812345678", Display: `A "B"`,
		Headers: map[string]string{"Diversion": "<sip:053188880000@b>;reason=user-busy"}})
	if err != nil {
		t.Fatal(err)
	}
	in := within(t, "call", calls)
	until(t, "both have let it go", func() bool {
		return in.opening.Load().invite == nil && out.opening.Load().invite == nil
	})
	if after := known(in); after != before || len(in.Forwarders()) != 1 || in.Display() != `A "B"` {
		t.Errorf("known before %s\nand after  %s", before, after)
	}
	if out.To() != "12366" || out.From() != "13812345678" || out.CallID() != in.CallID() ||
		in.Header("Diversion") != "" {
		t.Errorf("of the call that we placed: %s", known(out))
	}
	out.Hangup("")
	within(t, "end", in.Done())
}
