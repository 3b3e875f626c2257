package sip

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	wire "github.com/emiago/sipgo/sip"
)

// sdpBody is the session description in a message, nil if there is none. A body of several parts (as gateways send that
// add ISUP) is searched for it; a body of another kind is refused unless it may be ignored (RFC 3261, 8.2.3).
func sdpBody(m wire.Message) ([]byte, *Fault) {
	body := m.Body()
	if len(body) == 0 {
		return nil, nil
	}
	kind := contentType(m)
	if enc := headerValues(m, "content-encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &Fault{Status: 415, Reason: "Unsupported Media Type", Headers: [][2]string{{"Accept-Encoding", "identity"}}}
	}
	if strings.EqualFold(kind, "application/sdp") {
		return body, nil
	}
	t, params, err := mime.ParseMediaType(kind)
	if err == nil && t == "application/sdp" {
		return body, nil
	}
	if err == nil && strings.HasPrefix(t, "multipart/") && params["boundary"] != "" {
		if b := sdpPart(body, params["boundary"]); b != nil {
			return b, nil
		}
	}
	disposition := strings.ToLower(headerValues(m, "content-disposition"))
	if strings.Contains(disposition, "handling=optional") || strings.HasPrefix(disposition, "icon") || strings.HasPrefix(disposition, "render") {
		return nil, nil
	}
	return nil, &Fault{Status: 415, Reason: "Unsupported Media Type", Headers: [][2]string{{"Accept", "application/sdp, multipart/mixed"}}}
}

// contentType is the type of a message's body, from the header in its long or short form.
func contentType(m wire.Message) string {
	if v := headerValues(m, "content-type"); v != "" {
		return v
	}
	return headerValues(m, "c")
}

const maxParts = 8

func sdpPart(body []byte, boundary string) []byte {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		p, err := r.NextRawPart()
		if err != nil {
			return nil
		}
		if t, _, err := mime.ParseMediaType(p.Header.Get("Content-Type")); err == nil && t == "application/sdp" {
			b, err := io.ReadAll(io.LimitReader(p, int64(len(body))))
			if err != nil {
				return nil
			}
			return b
		}
	}
	return nil
}
