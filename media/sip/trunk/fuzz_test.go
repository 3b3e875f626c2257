package trunk

import (
	"context"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/validate"
)

// scripted answers every request with the same text.
type scripted struct {
	text  string
	asked int
}

func (s *scripted) Send(_ context.Context, req *wire.Request) (*wire.Response, error) {
	s.asked++
	m, err := validate.NewParser().ParseSIP([]byte(s.text))
	if err != nil {
		return nil, err
	}
	res, ok := m.(*wire.Response)
	if !ok {
		return nil, ErrNoTrunk
	}
	return res, nil
}

// Whatever a carrier answers, a log-in ends after a few requests, with a time that makes sense or an error.
func FuzzCarrier(f *testing.F) {
	const head = "Via: SIP/2.0/UDP a;branch=z9hG4bKa;received=1.2.3.4;rport=5\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n"
	f.Add("SIP/2.0 200 OK\r\n" + head +
		"Contact: <sip:4008012366@10.0.0.9:5060>;expires=60\r\nContent-Length: 0\r\n\r\n")
	f.Add("SIP/2.0 401 No\r\n" + head +
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", stale=true\r\n\r\n")
	f.Add("SIP/2.0 423 Brief\r\n" + head + "Min-Expires: 600\r\n\r\n")
	f.Add("SIP/2.0 503 Full\r\n" + head + "Retry-After: 10 (soon)\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := &scripted{text: text}
		s, err := New([]Config{account()}, Options{Send: c, Contact: "10.0.0.9:5060", Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		left, after, err := s.trunks()[0].register(t.Context(), time.Minute)
		if c.asked > 6 {
			t.Fatalf("%d requests", c.asked)
		}
		if err == nil && (left < time.Second || left > 24*time.Hour) || after < 0 || after > time.Hour {
			t.Fatalf("left %v, after %v, %v", left, after, err)
		}
		if w := s.trunks()[0].refresh(left); w < time.Second {
			t.Fatalf("again after %v", w)
		}
		s.trunks()[0].ping(t.Context())
	})
}
