package registrar

import (
	"net/netip"
	"testing"
	"time"
)

func TestAt(t *testing.T) {
	store := NewMemory()
	r, clk := newRegistrar(t, func(c *Config) { c.Store = store })
	here := netip.MustParseAddr("192.0.2.1")
	if r.At(here) {
		t.Error("nobody has come yet")
	}
	r.Register(request(t, 1, "Contact: <sip:a@b.c>;expires=60, <sip:b@b.c>;expires=120"), source)
	other := request(t, 1, "To: <sip:1002@hotline.example>", "Contact: <sip:c@b.c>;expires=600")
	r.Register(other, source)
	if !r.At(here) || !r.At(netip.MustParseAddr("::ffff:192.0.2.1")) || r.At(netip.MustParseAddr("192.0.2.2")) {
		t.Error("not found at its address")
	}
	if again, _ := newRegistrar(t, func(c *Config) { c.Store, c.Now = store, clk.now }); !again.At(here) {
		t.Error("not known after a restart")
	}
	clk.pass(5 * time.Minute)
	if err := r.Sweep(); err != nil || !r.At(here) {
		t.Error("1002 is still there", err)
	}
	clk.pass(time.Hour)
	if err := r.Sweep(); err != nil || r.At(here) {
		t.Error("kept for ever", err)
	}
}
