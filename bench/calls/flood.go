package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"time"
)

// garbageRate is how many datagrams a second a stranger sends, half of them where SIP listens and half to the ports of
// the calls' sound.
const garbageRate = 20000

// flood measures a hundred calls while a stranger sends garbage.
func flood(ctx context.Context, b *bench) error {
	rate := 0.0
	m, err := b.crowd(ctx, "flood", "1000", 100,
		options{recording: "none", amid: func(ctx context.Context, s *server) error {
			var err error
			rate, err = garbage(ctx, s.sip)
			return err
		}}, saying{file: silent})
	if err != nil {
		return err
	}
	b.note(fmt.Sprintf("100 calls amid %.0f datagrams of garbage a second: failed", rate), fmt.Sprint(m.outcome.failed),
		"0", "", m.outcome.failed == 0 && m.outcome.good == 100 && rate > garbageRate/2)
	b.note("  packets missing; gap p99, p99.9",
		fmt.Sprintf("%.0f; %.1f, %.1f ms", m.sound["missing"], m.sound["gap99"], m.sound["gap999"]), "0; 21, 30 ms", "",
		m.sound["missing"] == 0 && m.sound["gap99"] <= 21 && m.sound["gap999"] <= 30)
	b.note("  cores", fmt.Sprintf("%.2f", m.cores), "", "", true)
	return nil
}

// garbage sends noise, and what begins like SIP, until the context ends. It returns how many datagrams a second that
// was.
func garbage(ctx context.Context, sip int) (float64, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 66)})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1400)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	half := []byte("INVITE sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66;branch=z9hG4bK\r\nFrom: <sip:")
	local := net.IPv4(127, 0, 0, 1)
	begin, n := time.Now(), 0
	for ctx.Err() == nil {
		for due := int(time.Since(begin).Seconds() * garbageRate); n < due; n++ {
			to, what := sip, noise[:20+r.IntN(1200)]
			switch n % 4 {
			case 0, 1:
				to = 10000 + r.IntN(200) // where the first hundred calls have their sound
			case 2:
				what = append(half[:len(half):len(half)], what...)
			}
			_, _ = c.WriteToUDP(what, &net.UDPAddr{IP: local, Port: to}) // a port that is closed is no fault of ours
		}
		time.Sleep(time.Millisecond)
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}
