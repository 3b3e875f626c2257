package sip

import (
	"slices"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// Profile is how the sound of calls with one far side is described. The zero value is the server's own way.
type Profile struct {
	Codecs []audio.Codec // best first; nil: the server's
	Ptime  int           // milliseconds in a packet, unless the far side wants another; 0: 20
	Secure Security
}

// Security is whether SRTP is used with one far side.
type Security uint8

const (
	AsServer     Security = iota // as Config.Secure says
	NeverSecure                  // plain RTP
	SecureFirst                  // RTP/SAVP, and RTP/AVP where that is refused
	AlwaysSecure                 // RTP/SAVP, or no call
)

// apply puts a profile over the server's way.
func (p *Profile) apply(l *sdp.Local) {
	if p.Codecs != nil {
		l.Codecs = slices.Clone(p.Codecs)
	}
	l.Ptime = p.Ptime
	switch p.Secure {
	case NeverSecure:
		l.Secure = sdp.Never
	case SecureFirst:
		l.Secure = sdp.Offered
	case AlwaysSecure:
		l.Secure = sdp.Required
	}
}

// offers is how a call of ours is offered first, and how once more if that is refused with 488 and the like; the same
// twice if there is only one way. RFC 3264 cannot offer both at once: many answer RTP/AVP with keys as if it had none,
// some refuse it because they want RTP/SAVP.
func (p *Profile) offers(server sdp.Secure) (first, then sdp.Secure) {
	switch p.Secure {
	case NeverSecure:
		return sdp.Never, sdp.Never
	case SecureFirst:
		return sdp.Required, sdp.Never
	case AlwaysSecure:
		return sdp.Required, sdp.Required
	}
	if server == sdp.Offered {
		return sdp.Offered, sdp.Required
	}
	return server, server
}

// otherwise makes the INVITE with the second way to describe the sound; nil if there is none left. The lock is held.
func (p *placing) otherwise() *Request {
	d := p.d
	_, then := p.route.Profile.offers(p.c.s.cfg.Secure)
	if p.described || d.sdp.Secure == then {
		return nil
	}
	p.described = true
	d.sdp.Secure = then
	body, err := d.sdp.Offer(sdp.SendRecv)
	if err != nil {
		return nil
	}
	req := d.renew(p.sent)
	req.SetBody(body)
	return req
}
