package sip

import (
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
	"rexian/media/sip/validate"
)

// sdpBody is the session description in a message, nil if there is none. A body of several parts (as gateways send that
// add ISUP) is searched for it; a body of another kind is refused unless it may be ignored (RFC 3261, 8.2.3).
func sdpBody(m wire.Message) ([]byte, *Fault) {
	if len(m.Body()) == 0 {
		return nil, nil
	}
	if enc := headerValues(m, "content-encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &Fault{Status: 415, Reason: "Unsupported Media Type",
			Headers: [][2]string{{"Accept-Encoding", "identity"}}}
	}
	if body, err := validate.Part(m, "application/sdp"); err == nil {
		return body, nil
	}
	what, params := field.Value(headerValues(m, "content-disposition"))
	handling, _ := params.Get("handling")
	if strings.EqualFold(handling, "optional") || strings.EqualFold(what, "icon") || strings.EqualFold(what, "render") {
		return nil, nil
	}
	return nil, &Fault{Status: 415, Reason: "Unsupported Media Type",
		Headers: [][2]string{{"Accept", "application/sdp, multipart/mixed"}}}
}

// contentType is the type of a message's body.
func contentType(m wire.Message) string { return headerValues(m, "content-type") }
