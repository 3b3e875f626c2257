package exchange_test

import (
	"context"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/kept"
	"rexian/runtime/replay"
	"rexian/stdlib/fn"
)

// Calls over the wire come out of their traces as they were: an answer to a secret question, a lookup that fails, a
// caller who hangs up.
func TestCallsComeOutOfTheirTraces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, err := kept.Open(kept.Options{Dir: dir, MB: 16, Days: 1, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, pinFlow, func(o *exchange.Options) { o.Traces = k })
	h.library.calls["taxpayer.arrears"] = arrears(1)
	h.library.calls["taxpayer.verify"] = func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
		return value.Value{}, fn.Outcome("wrong_pin")
	}
	c := h.dial("13800138000")
	c.hears("请输入密码")
	c.press("271828")
	c.hears("不对")
	c.over()
	gone := h.dial("13800138001")
	gone.hears("请输入密码")
	gone.leg.Hangup("test")
	until(t, "both calls are kept", func() bool { return k.Kept() == 2 })
	k.Close()

	v := h.deploy.Stable()
	r, unread, err := replay.Run(func(string) (*deploy.Version, error) { return v, nil }, nil,
		func(do func([]byte) error) error {
			_, err := kept.Read(dir, time.Unix(0, 0), time.Now().Add(time.Hour), do)
			return err
		})
	if err != nil || unread > 0 || r.Calls != 2 || r.Same != 2 || r.Open > 0 {
		t.Errorf("%+v, %d unread, %v", r, unread, err)
	}
}
