package registrar

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
	"rexian/media/sip/field"
)

// Register answers a REGISTER that came from src, in the order of RFC 3261, 10.3. The request has passed validation.
// Either all its changes are made or none.
func (r *Registrar) Register(req *sip.Request, src netip.AddrPort) *sip.Response {
	if !r.ours(req.Recipient.Host) {
		return answer(req, sip.StatusNotFound, "Not Our Domain")
	}
	to := req.To()
	if to == nil || req.CallID() == nil || req.CSeq() == nil {
		return answer(req, sip.StatusBadRequest, "Incomplete Request")
	}
	user := ""
	if r.c.Auth != nil {
		var v digest.Verdict
		if user, v = r.c.Auth.Check(req); v != digest.Accepted {
			if v == digest.Wrong && r.c.WrongSecret != nil {
				r.c.WrongSecret(src, sip.IsReliable(req.Transport()) || r.c.Auth.Proved(req))
			}
			return r.c.Auth.Refuse(req, v)
		}
	}
	name, ok := r.userOf(&to.Address)
	switch {
	case !ok:
		return answer(req, sip.StatusNotFound, "Not Found")
	case r.c.Auth != nil && !r.c.May(user, name):
		return answer(req, sip.StatusForbidden, "Not This User's Address")
	case r.c.Known != nil && !r.c.Known(name):
		return answer(req, sip.StatusNotFound, "Not Found")
	}

	named, path := claimed(req)
	if reason := r.misplaced(src, named, path); reason != "" {
		if r.c.Refused != nil {
			r.c.Refused(name, src, reason)
		}
		return answer(req, sip.StatusForbidden, refusals[reason])
	}

	l := r.lockOf(name)
	l.Lock()
	defer l.Unlock()
	stored, err := r.c.Store.Load(name)
	if err != nil {
		return answer(req, sip.StatusInternalServerError, "Registrations Cannot Be Read")
	}
	u := update{r: r, req: req, src: src, now: r.c.Now(), list: r.alive(stored)}
	if res := u.apply(); res != nil {
		return res
	}
	if u.changed {
		if err := r.save(name, u.list); err != nil {
			return answer(req, sip.StatusInternalServerError, "Registrations Cannot Be Written")
		}
	}
	return u.ok()
}

// update is one REGISTER being carried out on a copy of the user's bindings.
type update struct {
	r        *Registrar
	req      *sip.Request
	src      netip.AddrPort
	now      time.Time
	list     []Binding
	changed  bool
	outbound bool
}

// apply changes the copy, or gives the answer that says why not.
func (u *update) apply() *sip.Response {
	fields := u.req.GetHeaders("contact")
	contacts := make([]*sip.ContactHeader, 0, len(fields))
	for _, h := range fields {
		c, ok := h.(*sip.ContactHeader)
		if !ok {
			return answer(u.req, sip.StatusBadRequest, "Malformed Contact")
		}
		contacts = append(contacts, c)
	}
	for _, c := range contacts {
		if c.Address.Wildcard {
			return u.removeAll(len(contacts))
		}
	}
	for _, c := range contacts {
		if res := u.bind(c); res != nil {
			return res
		}
	}
	if len(u.list) > u.r.c.MaxContacts {
		return answer(u.req, sip.StatusForbidden, "Too Many Contacts")
	}
	return nil
}

// removeAll serves "Contact: *", which stands alone and with Expires: 0 (10.3, step 6).
func (u *update) removeAll(contacts int) *sip.Response {
	if seconds, ok := u.expiresField(); contacts != 1 || !ok || seconds != 0 {
		return answer(u.req, sip.StatusBadRequest, "Contact * Stands Alone With Expires 0")
	}
	for i := range u.list {
		if u.late(&u.list[i]) {
			return outOfOrder(u.req)
		}
	}
	u.changed = u.changed || len(u.list) > 0
	u.list = nil
	return nil
}

// bind adds, refreshes or removes one contact (10.3, step 7).
func (u *update) bind(c *sip.ContactHeader) *sip.Response {
	if s := c.Address.Scheme; s != "sip" && s != "sips" {
		return answer(u.req, sip.StatusBadRequest, "Contact Is No SIP URI")
	}
	life, res := u.lifetime(c)
	if res != nil {
		return res
	}
	b := Binding{
		Contact: c.Address.String(), Q: 1, Source: u.src, Transport: u.req.Transport(), CallID: u.req.CallID().Value(),
		CSeq: u.req.CSeq().SeqNo, Since: u.now, Until: u.now.Add(life),
	}
	if strings.ContainsAny(b.Contact, "<>\"\r\n ") {
		return answer(u.req, sip.StatusBadRequest, "Malformed Contact")
	}
	if q, ok := find(c.Params, "q"); ok {
		v, err := strconv.ParseFloat(q, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return answer(u.req, sip.StatusBadRequest, "Malformed q")
		}
		b.Q = v
	}
	if h := u.req.GetHeader("user-agent"); h != nil {
		b.Agent = clip(h.Value(), 128)
	}
	_, b.Path = claimed(u.req)
	if res := u.flow(c, &b); res != nil {
		return res
	}
	i := slices.IndexFunc(u.list, func(have Binding) bool { return u.matches(&have, &b, c) })
	if i >= 0 {
		if u.late(&u.list[i]) {
			return outOfOrder(u.req)
		}
		if u.list[i].Contact == b.Contact && u.list[i].Source == b.Source {
			b.Since = u.list[i].Since
		}
	}
	u.changed = u.changed || i >= 0 || life > 0
	switch {
	case life == 0 && i >= 0:
		u.list = slices.Delete(u.list, i, i+1)
	case life == 0:
	case i >= 0:
		u.list[i] = b
	default:
		u.list = append(u.list, b)
	}
	return nil
}

// flow reads the marks of RFC 5626.
func (u *update) flow(c *sip.ContactHeader, b *Binding) *sip.Response {
	instance, ok := find(c.Params, "+sip.instance")
	if !ok {
		return nil
	}
	b.Instance = clip(strings.Trim(instance, `"`), 256)
	if strings.ContainsAny(b.Instance, "\"\r\n") {
		return answer(u.req, sip.StatusBadRequest, "Malformed Instance")
	}
	text, ok := find(c.Params, "reg-id")
	if !ok || !lists(u.req, "supported", "outbound") {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return answer(u.req, sip.StatusBadRequest, "Malformed reg-id")
	}
	// A proxy between us that keeps no flow would lead calls astray (RFC 5626, 6).
	if len(u.req.GetHeaders("via")) > 1 && (len(b.Path) == 0 || !strings.Contains(b.Path[len(b.Path)-1], ";ob")) {
		return answer(u.req, 439, "First Hop Lacks Outbound Support")
	}
	b.RegID = int(n)
	u.outbound = true
	return nil
}

func (u *update) matches(have, b *Binding, c *sip.ContactHeader) bool {
	if have.RegID > 0 && b.RegID > 0 {
		return have.Instance == b.Instance && have.RegID == b.RegID
	}
	uri, ok := have.URI()
	return ok && same(&uri, &c.Address)
}

// late says whether this request was overtaken by one that already changed the binding.
func (u *update) late(b *Binding) bool {
	return b.CallID == u.req.CallID().Value() && u.req.CSeq().SeqNo <= b.CSeq
}

// lifetime is how long a contact is to hold, zero to remove it, or the answer 423.
func (u *update) lifetime(c *sip.ContactHeader) (time.Duration, *sip.Response) {
	cfg := &u.r.c
	seconds, ok := int64(0), false
	if text, has := find(c.Params, "expires"); has {
		seconds, ok = number(text)
	} else {
		seconds, ok = u.expiresField()
	}
	life := cfg.Default
	if ok {
		life = time.Duration(min(seconds, int64(cfg.Max/time.Second))) * time.Second
	}
	if life > 0 && life < cfg.Min {
		res := answer(u.req, sip.StatusIntervalToBrief, "Interval Too Brief")
		res.AppendHeader(sip.NewHeader("Min-Expires", strconv.Itoa(int((cfg.Min+time.Second-1)/time.Second))))
		return 0, res
	}
	return life, nil
}

// expiresField reads Expires. What is malformed counts as absent (10.3, step 7).
func (u *update) expiresField() (int64, bool) {
	h := u.req.GetHeader("expires")
	if h == nil {
		return 0, false
	}
	return number(h.Value())
}

// number reads seconds; what is too large for a number is very long (RFC 4475, 3.1.2.4).
func number(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1 << 31, true
	}
	return min(n, 1<<31), true
}

func (u *update) ok() *sip.Response {
	res := answer(u.req, sip.StatusOK, "OK")
	for i := range u.list {
		res.AppendHeader(sip.NewHeader("Contact", u.list[i].field(u.now)))
	}
	if lists(u.req, "supported", "path") {
		for _, h := range u.req.GetHeaders("path") {
			res.AppendHeader(sip.NewHeader("Path", h.Value()))
		}
	}
	if u.outbound {
		res.AppendHeader(sip.NewHeader("Require", "outbound"))
	}
	res.AppendHeader(sip.NewHeader("Supported", "path, outbound"))
	res.AppendHeader(sip.NewHeader("Date", u.now.UTC().Format("Mon, 02 Jan 2006 15:04:05")+" GMT"))
	return res
}

func answer(req *sip.Request, status int, reason string) *sip.Response {
	return sip.NewResponseFromRequest(req, status, reason, nil)
}

func outOfOrder(req *sip.Request) *sip.Response {
	return answer(req, sip.StatusInternalServerError, "CSeq Out of Order")
}

// lists says whether a field of comma-separated words has one.
func lists(req *sip.Request, name, word string) bool {
	for _, h := range req.GetHeaders(name) {
		if field.Has(h.Value(), word) {
			return true
		}
	}
	return false
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
