package rtp

import (
	"testing"
	"time"
)

// A far side whose packets are there before the stream's first tick is not lost at that tick, even where we understand
// none of them: its agreement is as old as it is, not as old as the engine's clock.
func TestSoundBeforeTheFirstTick(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{Timeout: time.Second}, farMedia())
	s.leg.readMail(r.now)
	v := r.voice(s)
	v.kind = 97
	v.send(make([]byte, 160))
	r.step(1)
	if len(*list) != 0 {
		t.Fatalf("%v", *list)
	}
	if l := &s.leg; l.report.next < r.now+int64(interval)/2-int64(period) {
		t.Fatalf("a report is due %v after the agreement", time.Duration(l.report.next-r.now))
	}
	r.step(48)
	if kinds(*list, Lost) != 0 {
		t.Fatal("lost before its time")
	}
	r.step(2)
	if kinds(*list, Lost) != 1 {
		t.Fatal("not lost in its time")
	}
}

// A packet that lay in the socket since before the agreement makes it no older.
func TestSoundOlderThanTheAgreement(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{Timeout: time.Second}, farMedia())
	s.leg.readMail(r.now)
	v := r.voice(s)
	s.leg.receive(r.w, build(0, false, 1, 160, v.ssrc, make([]byte, 160)), far, r.now-int64(900*time.Millisecond))
	r.step(45)
	if kinds(*list, Lost) != 0 {
		t.Fatal("lost before its time")
	}
}

// Jitter is measured from the first packet of sound on, also where an event came before it: what is not known yet is no
// time.
func TestJitterBeginsWithTheFirstSound(t *testing.T) {
	for _, stamp := range []uint32{0, 3000} {
		r := newRig(t)
		s, _ := r.open(Options{}, farMedia())
		r.step(1)
		stamp += uint32(r.now / (int64(time.Second) / 8000)) // sent just when it is received, as it were
		v := r.voice(s)
		v.raw(build(101, true, 1, stamp, v.ssrc, []byte{1, 10, 0, 160}))
		v.raw(build(0, false, 2, stamp, v.ssrc, make([]byte, 160)))
		if st := s.Stats(); st.Jitter != 0 {
			t.Errorf("jitter %v after one packet of sound", st.Jitter)
		}
	}
}

// The same with every driver and real packets, which come from the moment the stream is open.
func TestEarlySound(t *testing.T) {
	engines(t, Config{}, func(t *testing.T, e *Engine) {
		p, quit := newPeer(t), make(chan struct{})
		lists := make([]*events, 20)
		for i := range lists {
			v := newEvents()
			lists[i] = v
			s := open(t, e, Options{Events: v.take, Timeout: time.Minute})
			x := newPeer(t)
			go func() {
				for n := uint16(0); ; n++ {
					select {
					case <-quit:
						return
					default:
						_, _ = x.conn.WriteToUDPAddrPort(build(97, false, n, uint32(n)*160, 7, make([]byte, 160)),
							s.Local())
						time.Sleep(time.Millisecond)
					}
				}
			}()
			if err := s.Connect(p.media()); err != nil {
				t.Fatal(err)
			}
		}
		defer close(quit)
		until(t, "every stream has ticked", func() bool { return e.Stats().Sent >= uint64(5*len(lists)) })
		for i, v := range lists {
			v.mu.Lock()
			if kinds(v.list, Lost) != 0 {
				t.Errorf("stream %d is lost", i)
			}
			v.mu.Unlock()
		}
	})
}
