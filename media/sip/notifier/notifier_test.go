package notifier

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// bench is a Notifier whose world the test makes.
type bench struct {
	*Notifier
	t      *testing.T
	mu     sync.Mutex
	now    time.Time
	key    string
	status int // of answers to NOTIFY
	sent   chan *sip.Request
	seq    uint32
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, now: time.Unix(1_800_000_000, 0), key: "ready", status: 200,
		sent: make(chan *sip.Request, 64)}
	auth, err := digest.New(digest.Config{Realm: "rexian", Secrets: digest.Passwords{
		"1001": digest.NewSecret("secret 1001"), "1002": digest.NewSecret("secret 1002")}})
	if err != nil {
		t.Fatal(err)
	}
	b.Notifier = New(Config{Auth: auth, Events: []string{"presence"},
		Contact: func() string { return "127.0.0.1:5060" },
		Now:     func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
		State: func(_ context.Context, event, phone, resource string, version int) (Told, bool) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return Told{Kind: "text/plain", Body: fmt.Appendf(nil, "%s %s %d", b.key, phone, version),
					Key: b.key},
				resource == "900"
		},
		Send: func(_ context.Context, req *sip.Request) (*sip.Response, error) {
			b.sent <- req
			b.mu.Lock()
			defer b.mu.Unlock()
			return sip.NewResponseFromRequest(req, b.status, "", nil), nil
		}})
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { b.Run(ctx) })
	t.Cleanup(func() { cancel(); all.Wait() })
	return b
}

func (b *bench) change(do func()) {
	b.mu.Lock()
	do()
	b.mu.Unlock()
}

// request is a SUBSCRIBE without its proof.
func (b *bench) request(call, user, resource, event, expires, tag string) *sip.Request {
	b.seq++
	req := sip.NewRequest(sip.SUBSCRIBE, sip.Uri{Scheme: "sip", User: resource, Host: "rexian"})
	from := sip.Uri{Scheme: "sip", User: user, Host: "rexian"}
	to := sip.HeaderParams{}
	if tag != "" {
		to.Add("tag", tag)
	}
	id := sip.CallIDHeader(call)
	req.AppendHeader(&sip.FromHeader{Address: from, Params: sip.HeaderParams{{K: "tag", V: "theirs"}}})
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: resource, Host: "rexian"}, Params: to})
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: b.seq, MethodName: sip.SUBSCRIBE})
	req.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: user, Host: "192.0.2.9", Port: 5062}})
	req.AppendHeader(sip.NewHeader("Record-Route", "<sip:proxy;lr>"))
	req.AppendHeader(sip.NewHeader("Event", event))
	req.AppendHeader(sip.NewHeader("Expires", expires))
	req.SetTransport("UDP")
	return req
}

// subscribes sends a SUBSCRIBE with the proof of a telephone, and wants an answer.
func (b *bench) subscribes(call, user, resource, event, expires, tag string, want int) *sip.Response {
	b.t.Helper()
	src := netip.MustParseAddrPort("127.0.0.1:5062")
	first := b.Subscribed(b.request(call, user, resource, event, expires, tag), src)
	if first.StatusCode != 401 {
		b.t.Fatalf("without a proof: %d", first.StatusCode)
	}
	req := b.request(call, user, resource, event, expires, tag)
	login := digest.Client{User: user, Secret: digest.NewSecret("secret " + user)}
	if err := login.Answer(req, first); err != nil {
		b.t.Fatal(err)
	}
	res := b.Subscribed(req, src)
	if res.StatusCode != want {
		b.t.Fatalf("%s %s %s: %d, want %d", user, resource, event, res.StatusCode, want)
	}
	return res
}

// told is the next NOTIFY, by its state and its body.
func (b *bench) told() (req *sip.Request, state, body string) {
	b.t.Helper()
	select {
	case req = <-b.sent:
		return req, req.GetHeader("Subscription-State").Value(), string(req.Body())
	case <-time.After(time.Minute):
		b.t.Fatal("nobody is told")
		return nil, "", ""
	}
}

// A telephone that proves who it is is told at once, with each change and no more often, and at the end; what it asks
// for that there is not is refused.
func TestATelephoneWatches(t *testing.T) {
	b := newBench(t)
	b.subscribes("x", "1001", "nobody", "presence", "600", "", 404)
	b.subscribes("x", "1001", "900", "weather", "600", "", 489)
	b.subscribes("x", "1001", "900", "presence", "5", "", 423)
	res := b.subscribes("c1", "1001", "900", "presence", "999999", "", 200)
	tag, _ := res.To().Params.Get("tag")
	if got := res.GetHeader("Expires").Value(); got != "3600" {
		t.Errorf("it lasts %s s", got)
	}
	req, state, body := b.told()
	if theirs, _ := req.To().Params.Get("tag"); state != "active;expires=3600" || body != "ready 1001 0" ||
		theirs != "theirs" || req.Destination() != "127.0.0.1:5062" || req.Recipient.Host != "192.0.2.9" ||
		req.GetHeader("Route").Value() != "<sip:proxy;lr>" || req.GetHeader("Event").Value() != "presence" {
		t.Errorf("%s %q\n%s", state, body, req)
	}
	b.Changed("presence", "900") // it has not
	b.change(func() { b.key = "talk" })
	b.Changed("presence", "900")
	if _, _, body := b.told(); body != "talk 1001 1" {
		t.Errorf("then told %q", body)
	}
	b.subscribes("c1", "1002", "900", "presence", "600", tag, 481) // another's
	b.subscribes("c1", "1001", "900", "presence", "600", tag, 200)
	if _, state, body := b.told(); state != "active;expires=600" || body != "talk 1001 2" { // though it is the same
		t.Errorf("prolonged: %s %q", state, body)
	}
	b.subscribes("c1", "1001", "900", "presence", "0", tag, 200)
	if _, state, _ := b.told(); !strings.HasPrefix(state, "terminated") {
		t.Errorf("at the end: %s", state)
	}
	b.subscribes("c1", "1001", "900", "presence", "600", tag, 481)
}

// A subscription runs out; one whose telephone does not know it any more ends; and nobody has more than a few.
func TestSubscriptionsEnd(t *testing.T) {
	b := newBench(t)
	b.subscribes("c1", "1001", "900", "presence", "60", "", 200)
	b.told()
	b.change(func() { b.now = b.now.Add(time.Minute) })
	if _, state, _ := b.told(); !strings.HasPrefix(state, "terminated") {
		t.Errorf("run out: %s", state)
	}
	b.change(func() { b.status = 481 })
	b.subscribes("c2", "1001", "900", "presence", "60", "", 200)
	b.told()
	for end := time.Now().Add(time.Minute); b.Count() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := b.Count(); n != 0 {
		t.Errorf("%d stand", n)
	}
	b.change(func() { b.status = 200 })
	for i := range mostEach {
		b.subscribes("d"+strconv.Itoa(i), "1001", "900", "presence", "60", "", 200)
	}
	b.subscribes("one more", "1001", "900", "presence", "60", "", 503)
	b.subscribes("another's", "1002", "900", "presence", "60", "", 200)
}
