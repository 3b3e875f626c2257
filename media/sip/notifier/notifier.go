// Package notifier lets telephones watch what others do, and what lies in mailboxes (RFC 6665): a telephone subscribes
// to an event of a resource, and gets a NOTIFY at once and with each change, until the subscription runs out or it ends
// it. Which events there are, and what is told of a resource, is another's ([Config.State]).
//
//	SUBSCRIBE ─▶ Subscribed ─▶ 200, NOTIFY ···▶ Changed ─▶ NOTIFY ···▶ Expires: 0, or the time is over
//
// Only who proves to be a telephone of ours is told anything. A NOTIFY goes to where the SUBSCRIBE came from, so that
// nobody has it sent elsewhere. One that is refused, or not answered, ends the subscription.
package notifier

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
	"rexian/media/sip/field"
)

// The limits.
const (
	Longest  = time.Hour       // a subscription lasts
	Shortest = time.Minute     // one that is asked for, but to end it
	most     = 4096            // subscriptions in all
	mostEach = 32              // of one telephone
	answers  = 5 * time.Second // a NOTIFY may take
	senders  = 8               // NOTIFYs at a time
)

// Told is what is told of a resource.
type Told struct {
	Kind string // media type
	Body []byte
	Key  string // the same while nothing has changed, whatever else the body says
}

// Config is what a Notifier is made of. All but WrongSecret and Logger is needed.
type Config struct {
	Auth        *digest.Server
	WrongSecret func(src netip.AddrPort, proved bool)
	Events      []string
	// State is what a telephone is told of a resource's event; version grows with each NOTIFY of a subscription. False
	// if there is no such resource.
	State   func(ctx context.Context, event, phone, resource string, version int) (Told, bool)
	Send    func(ctx context.Context, req *sip.Request) (*sip.Response, error)
	Contact func() string // where we are reached: host:port
	Now     func() time.Time
	Logger  *slog.Logger
}

// Notifier keeps subscriptions. It is safe for use by several goroutines.
type Notifier struct {
	c    Config
	wake chan struct{}
	mu   sync.Mutex
	list map[string]*subscription // by our tag
}

// subscription is one that stands.
type subscription struct {
	tag, event, id, phone, resource string
	until                           time.Time
	transport, source               string
	local                           sip.FromHeader
	remote                          sip.ToHeader
	target                          sip.Uri
	routes                          []string
	callID                          sip.CallIDHeader
	seq                             uint32 // of our latest NOTIFY
	theirs                          uint32 // of their latest SUBSCRIBE
	version                         int
	said                            string // the key of what was told last
	due, busy                       bool   // to be told if it has changed; being told
	again                           bool   // to be told whether it has changed or not
}

// New makes a Notifier, which tells nothing until Run.
func New(c Config) *Notifier {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Notifier{c: c, wake: make(chan struct{}, 1), list: map[string]*subscription{}}
}

// Count is how many subscriptions stand.
func (n *Notifier) Count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.list)
}

func answer(req *sip.Request, status int, reason string) *sip.Response {
	return sip.NewResponseFromRequest(req, status, reason, nil)
}

// Subscribed answers a SUBSCRIBE that came from src and has passed validation.
func (n *Notifier) Subscribed(req *sip.Request, src netip.AddrPort) *sip.Response {
	phone, v := n.c.Auth.Check(req)
	if v != digest.Accepted {
		if v == digest.Wrong && n.c.WrongSecret != nil {
			n.c.WrongSecret(src, sip.IsReliable(req.Transport()) || n.c.Auth.Proved(req))
		}
		return n.c.Auth.Refuse(req, v)
	}
	event, params := "", field.Params("")
	if h := req.GetHeader("event"); h != nil {
		event, params = field.Value(h.Value())
	}
	if !slices.Contains(n.c.Events, event) {
		res := answer(req, 489, "Bad Event")
		res.AppendHeader(sip.NewHeader("Allow-Events", strings.Join(n.c.Events, ", ")))
		return res
	}
	life, ok := lifetime(req)
	if !ok {
		res := answer(req, sip.StatusIntervalToBrief, "Interval Too Brief")
		res.AppendHeader(sip.NewHeader("Min-Expires", strconv.Itoa(int(Shortest/time.Second))))
		return res
	}
	contact := req.Contact()
	if contact == nil || contact.Address.Host == "" {
		return answer(req, sip.StatusBadRequest, "A Contact Is Needed")
	}
	id, _ := params.Get("id")
	s := &subscription{event: event, id: id, phone: phone, resource: req.Recipient.User, until: n.c.Now().Add(life),
		transport: req.Transport(), source: src.String(), target: *contact.Address.Clone(), callID: *req.CallID(),
		theirs: req.CSeq().SeqNo, again: true}
	for _, h := range req.GetHeaders("record-route") {
		s.routes = append(s.routes, h.Value())
	}
	tag, again := req.To().Params.Get("tag")
	if again {
		return n.renew(req, s, tag, life)
	}
	return n.begin(req, s, life)
}

// lifetime is how long a subscription is to last; false if that is too short.
func lifetime(req *sip.Request) (time.Duration, bool) {
	life := Longest
	if h := req.GetHeader("expires"); h != nil {
		seconds, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 32)
		if err == nil {
			life = min(time.Duration(seconds)*time.Second, Longest)
		}
	}
	return life, life == 0 || life >= Shortest
}

// begin enters a subscription. One that lasts for no time is told once.
func (n *Notifier) begin(req *sip.Request, s *subscription, life time.Duration) *sip.Response {
	if _, there := n.c.State(context.Background(), s.event, s.phone, s.resource, 0); !there {
		return answer(req, sip.StatusNotFound, "Nobody To Be Watched")
	}
	s.tag = strings.ToLower(rand.Text()[:16])
	s.local = sip.FromHeader{DisplayName: req.To().DisplayName, Address: *req.To().Address.Clone(),
		Params: sip.HeaderParams{{K: "tag", V: s.tag}}}
	s.remote = sip.ToHeader{DisplayName: req.From().DisplayName, Address: *req.From().Address.Clone(),
		Params: req.From().Params.Clone()}
	n.mu.Lock()
	defer n.mu.Unlock()
	each := 0
	for _, o := range n.list {
		if o.phone == s.phone {
			each++
		}
	}
	if len(n.list) >= most || each >= mostEach {
		res := answer(req, sip.StatusServiceUnavailable, "Too Many Subscriptions")
		res.AppendHeader(sip.NewHeader("Retry-After", "60"))
		return res
	}
	n.list[s.tag] = s
	n.rouse()
	return n.accepted(req, s, life)
}

// renew prolongs or ends a subscription.
func (n *Notifier) renew(req *sip.Request, s *subscription, tag string, life time.Duration) *sip.Response {
	n.mu.Lock()
	defer n.mu.Unlock()
	o := n.list[tag]
	theirs, _ := req.From().Params.Get("tag")
	known := ""
	if o != nil {
		known, _ = o.remote.Params.Get("tag")
	}
	switch {
	case o == nil || o.callID != s.callID || o.phone != s.phone || o.event != s.event || theirs != known:
		return answer(req, sip.StatusCallTransactionDoesNotExists, "Subscription Does Not Exist")
	case s.theirs <= o.theirs:
		return answer(req, sip.StatusInternalServerError, "CSeq Out of Order")
	}
	o.theirs, o.until, o.again = s.theirs, s.until, true
	o.target, o.source, o.transport = s.target, s.source, s.transport // it may have moved
	n.rouse()
	return n.accepted(req, o, life)
}

func (n *Notifier) accepted(req *sip.Request, s *subscription, life time.Duration) *sip.Response {
	res := answer(req, sip.StatusOK, "OK")
	if to := res.To(); to != nil {
		to.Params = sip.HeaderParams{{K: "tag", V: s.tag}}
	}
	res.AppendHeader(sip.NewHeader("Contact", "<sip:"+n.c.Contact()+">"))
	res.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(life/time.Second))))
	return res
}

// Changed tells that what is told of a resource may have changed; "" is all of an event.
func (n *Notifier) Changed(event, resource string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.list {
		if (event == "" || s.event == event) && (resource == "" || s.resource == resource) {
			s.due = true
		}
	}
	n.rouse()
}

// rouse wakes Run.
func (n *Notifier) rouse() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Run tells telephones what they watch, until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	places := make(chan struct{}, senders)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.wake:
		case <-tick.C:
		}
		for _, s := range n.ready() {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			all.Go(func() {
				defer func() { <-places }()
				n.tell(ctx, s)
			})
		}
	}
}

// ready are those who are to be told now, or have run out. Each is told one thing at a time.
func (n *Notifier) ready() []*subscription {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []*subscription
	now := n.c.Now()
	for _, s := range n.list {
		if !s.busy && (s.due || s.again || !now.Before(s.until)) {
			s.busy, s.due = true, false
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *subscription) int { return cmp.Compare(a.tag, b.tag) })
	return list
}

// tell sends a NOTIFY. What is not taken, and the last one, end the subscription.
func (n *Notifier) tell(ctx context.Context, s *subscription) {
	ctx, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	told, there := n.c.State(ctx, s.event, s.phone, s.resource, s.version)
	n.mu.Lock()
	left := s.until.Sub(n.c.Now())
	last := left <= 0 || !there
	if !last && !s.again && told.Key == s.said {
		s.busy = false
		n.mu.Unlock()
		return
	}
	s.again, s.said = false, told.Key
	req := n.notify(s, left, last, told)
	n.mu.Unlock()
	res, err := n.c.Send(ctx, req)
	n.mu.Lock()
	defer n.mu.Unlock()
	s.busy = false
	if last || err != nil || !res.IsSuccess() {
		delete(n.list, s.tag)
		if err != nil || !res.IsSuccess() {
			n.c.Logger.Info("a telephone is told no more of what it watches", "telephone", s.phone, "event", s.event,
				"error", err)
		}
		return
	}
	if s.due || s.again {
		n.rouse()
	}
}

// notify makes the next NOTIFY of a subscription; mu is held.
func (n *Notifier) notify(s *subscription, left time.Duration, last bool, told Told) *sip.Request {
	req := sip.NewRequest(sip.NOTIFY, s.target)
	req.SetTransport(s.transport)
	req.SetDestination(s.source)
	from, to, id := s.local, s.remote, s.callID
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&id)
	s.seq++
	s.version++
	req.AppendHeader(&sip.CSeqHeader{SeqNo: s.seq, MethodName: sip.NOTIFY})
	for _, r := range s.routes {
		req.AppendHeader(sip.NewHeader("Route", r))
	}
	req.AppendHeader(sip.NewHeader("Contact", "<sip:"+n.c.Contact()+">"))
	event := s.event
	if s.id != "" {
		event += ";id=" + s.id
	}
	req.AppendHeader(sip.NewHeader("Event", event))
	state := fmt.Sprintf("active;expires=%d", int(left/time.Second))
	if last {
		state = "terminated;reason=timeout"
	}
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	if len(told.Body) > 0 {
		kind := sip.ContentTypeHeader(told.Kind)
		req.AppendHeader(&kind)
	}
	req.SetBody(told.Body)
	return req
}
