package validate

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// maxParts bounds the parts of a multipart body that are looked at.
const maxParts = 16

func (r *Rules) body(req *sip.Request) *Fault {
	if r.MaxBody > 0 && len(req.Body()) > r.MaxBody {
		return &Fault{Status: sip.StatusRequestEntityTooLarge, Reason: "Request Entity Too Large"}
	}
	if req.IsInvite() || req.Method == sip.UPDATE && len(req.Body()) > 0 {
		if !accepts(req, "application/sdp") {
			return &Fault{Status: sip.StatusNotAcceptable, Reason: "Not Acceptable", // RFC 4475, 3.3.15
				Headers: []sip.Header{sip.NewHeader("Warning", `399 - "the answer is an application/sdp body"`)}}
		}
	}
	types, strict := r.Bodies[string(req.Method)]
	if !strict || len(req.Body()) == 0 || optional(req) {
		return nil
	}
	kind := req.ContentType()
	if kind == nil {
		return bad("Missing Content-Type") // RFC 3261, 20.15
	}
	for _, coding := range tags(req, "content-encoding") {
		if !strings.EqualFold(coding, "identity") && !slices.Contains(r.Encodings, strings.ToLower(coding)) {
			return &Fault{Status: sip.StatusUnsupportedMediaType, Reason: "Unsupported Content-Encoding",
				Headers: []sip.Header{sip.NewHeader("Accept-Encoding",
					strings.Join(append([]string{"identity"}, r.Encodings...), ", "))}}
		}
	}
	media, _ := field.Media(kind.Value())
	if media == "" {
		return bad("Malformed Content-Type")
	}
	if slices.Contains(types, media) {
		return nil
	}
	if strings.HasPrefix(media, "multipart/") {
		for _, t := range types {
			if _, err := Part(req, t); err == nil {
				return nil
			}
		}
	}
	return &Fault{Status: sip.StatusUnsupportedMediaType, Reason: "Unsupported Media Type",
		Headers: []sip.Header{sip.NewHeader("Accept", strings.Join(types, ", "))}}
}

// optional says whether the sender does not mind if we do not understand the body (RFC 3261, 20.11).
func optional(req *sip.Request) bool {
	h := req.GetHeader("content-disposition")
	if h == nil {
		return false
	}
	_, params := field.Value(h.Value())
	handling, _ := params.Get("handling")
	return strings.EqualFold(handling, "optional")
}

// accepts says whether the sender takes a body of that type. No Accept at all means that it does (RFC 3261, 20.1).
func accepts(req *sip.Request, want string) bool {
	fields := req.GetHeaders("accept")
	if len(fields) == 0 {
		return true
	}
	group, _, _ := strings.Cut(want, "/")
	for _, h := range fields {
		for one := range field.List(h.Value()) {
			kind, params := field.Media(one)
			if kind != want && kind != "*/*" && kind != group+"/*" {
				continue
			}
			if q, ok := params.Get("q"); ok && strings.Trim(q, "0.") == "" {
				continue // q=0: anything but this
			}
			return true
		}
	}
	return false
}

// Part takes the body of a content type out of a message: the body itself, or the first such part of a multipart body
// (RFC 5621), as trunks with ISUP parts send it. It fails if there is none.
func Part(m sip.Message, contentType string) ([]byte, error) {
	var kind sip.Header
	for _, name := range []string{"content-type", "c"} {
		if list := m.GetHeaders(name); len(list) > 0 {
			kind = list[0]
			break
		}
	}
	if kind == nil || len(m.Body()) == 0 {
		return nil, fmt.Errorf("the message has no %s", contentType)
	}
	media, params := field.Media(kind.Value())
	if media == contentType {
		return m.Body(), nil
	}
	if !strings.HasPrefix(media, "multipart/") {
		return nil, fmt.Errorf("the body is %q, not %s", kind.Value(), contentType)
	}
	boundary, _ := params.Get("boundary")
	return part(m.Body(), boundary, contentType, 0)
}

func part(body []byte, boundary, contentType string, depth int) ([]byte, error) {
	if boundary == "" || len(boundary) > 70 || depth > 2 {
		return nil, fmt.Errorf("a multipart body without a usable boundary")
	}
	in := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		p, err := in.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("a broken multipart body: %w", err)
		}
		media, params := field.Media(p.Header.Get("Content-Type"))
		nested := strings.HasPrefix(media, "multipart/")
		if media != contentType && !nested {
			continue
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return nil, fmt.Errorf("a broken multipart body: %w", err)
		}
		if !nested {
			return data, nil
		}
		inner, _ := params.Get("boundary")
		if data, err := part(data, inner, contentType, depth+1); err == nil {
			return data, nil
		}
	}
	return nil, fmt.Errorf("no part of the body is %s", contentType)
}
