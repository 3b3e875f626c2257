package api

import (
	"errors"
	"net/http"
	"net/netip"
	"time"
)

// Ban says that a source of calls is not heard for a while.
type Ban struct {
	Source string    `json:"source"` // an address, or the /64 of an IPv6 one
	Why    string    `json:"why"`    // garbage, scan, bad credentials, by hand
	By     string    `json:"by,omitempty"`
	Until  time.Time `json:"until"`
}

// Bans is who is not heard.
type Bans interface {
	List() []Ban
	// Ban bans an address. It fails with a [*Protected] where nobody may be banned.
	Ban(addr netip.Addr, length time.Duration, by string) (Ban, error)
	// Unban says whether the address was banned.
	Unban(addr netip.Addr, by string) bool
}

// Protected says why an address is not banned.
type Protected struct{ Reason string }

// Error is the reason in words.
func (p *Protected) Error() string {
	switch p.Reason {
	case ReasonTrusted:
		return "the address is a trunk's or trusted"
	case ReasonOwn:
		return "the address is this machine's own"
	case ReasonPhone:
		return "a telephone is registered at this address"
	}
	return p.Reason
}

// Reasons of a [Protected] address, and of an address that cannot be unbanned.
const (
	ReasonTrusted = "trusted"
	ReasonOwn     = "own"
	ReasonPhone   = "phone"
	ReasonNoBan   = "not banned"
)

// longestBan is the longest ban by hand.
const longestBan = 366 * 24 * time.Hour

func (a *admin) getBans(w http.ResponseWriter, r *http.Request) {
	list := a.Bans.List()
	if list == nil {
		list = []Ban{}
	}
	page(w, r, "bans", list, func(b *Ban) string { return b.Source })
}

// BanOrder is the body of PUT /api/v1/guard/bans/ADDRESS.
type BanOrder struct {
	Seconds int64  `json:"seconds"`
	By      string `json:"by,omitempty"`
}

func (a *admin) putBan(w http.ResponseWriter, r *http.Request) {
	addr, ok := addressOf(w, r)
	if !ok {
		return
	}
	var order BanOrder
	if !read(w, r, &order) {
		return
	}
	length := time.Duration(order.Seconds) * time.Second
	if order.Seconds < 1 || order.Seconds > int64(longestBan/time.Second) {
		fault(w, http.StatusBadRequest, "seconds must be from 1 to a year")
		return
	}
	b, err := a.Bans.Ban(addr, length, order.By)
	var protected *Protected
	switch {
	case errors.As(err, &protected):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: protected.Error(), Reason: protected.Reason})
	case err != nil:
		fault(w, http.StatusUnprocessableEntity, err.Error())
	default:
		a.Logger.Info("ban", "source", b.Source, "until", b.Until, "by", order.By)
		reply(w, http.StatusOK, b)
	}
}

func (a *admin) deleteBan(w http.ResponseWriter, r *http.Request) {
	addr, ok := addressOf(w, r)
	if !ok {
		return
	}
	by := r.URL.Query().Get("by")
	if !a.Bans.Unban(addr, by) {
		reply(w, http.StatusNotFound, Fault{Error: "the address is not banned", Reason: ReasonNoBan})
		return
	}
	a.Logger.Info("unban", "source", addr, "by", by)
	reply(w, http.StatusOK, map[string]string{"source": addr.String()})
}

func addressOf(w http.ResponseWriter, r *http.Request) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(r.PathValue("address"))
	if err != nil || addr.Zone() != "" {
		fault(w, http.StatusBadRequest, "an IP address is needed")
		return netip.Addr{}, false
	}
	return addr, true
}
