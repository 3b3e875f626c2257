package validate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

const (
	acted  = 0  // nil fault: the request is acted on
	silent = -1 // thrown away, nothing is said
)

// The torture test messages of RFC 4475 and how this server answers each. Where the RFC leaves a choice, the remark
// says what was chosen. A 401 or 481 that the registrar or the dialog layer would say afterwards is in the remark.
var torture = []struct {
	file, section string
	want          int
	header        string // that the answer must carry
	remark        string
}{
	{"valid/wsinv", "3.1.1.1", acted, "", "blanks and folding wherever they may be; its To tag then gets 481"},
	{"valid/intmeth", "3.1.1.2", 501, "Allow", "every character that may occur; the method is unknown"},
	{"valid/esc01", "3.1.1.3", acted, "", "escapes are not a second @"},
	{"valid/escnull", "3.1.1.4", acted, "", "%00 is a character like others; REGISTER"},
	{"valid/esc02", "3.1.1.5", 501, "Allow", "RE%47IST%45R is not REGISTER: names of methods know no escapes"},
	{"valid/lwsdisp", "3.1.1.6", acted, "", "no blank between display name and <"},
	{"valid/longreq", "3.1.1.7", acted, "", "long values, 34 Vias"},
	{"valid/dblreq", "3.1.1.8", acted, "", "what follows the body is not looked at"},
	{"valid/semiuri", "3.1.1.9", acted, "", "semicolons in the user part"},
	{"valid/transports", "3.1.1.10", acted, "", "transports nobody knows"},
	{"valid/mpart01", "3.1.1.11", 405, "Allow", "MESSAGE, which a hotline does not serve"},
	{"valid/unreason", "3.1.1.12", acted, "", "a response with a reason in Russian"},
	{"valid/noreason", "3.1.1.13", acted, "", "a response without a reason"},
	{"invalid/badinv01", "3.1.2.1", 400, "", "separators without values in Via"},
	{"invalid/clerr", "3.1.2.2", 400, "", "the body is shorter than announced"},
	{"invalid/ncl", "3.1.2.3", 400, "", "negative Content-Length"},
	{"invalid/scalar02", "3.1.2.4", 400, "", "CSeq, Max-Forwards out of range"},
	{"invalid/scalarlg", "3.1.2.5", silent, "", "a response with a CSeq out of range"},
	{"invalid/quotbal", "3.1.2.6", 400, "", "a quote that is not closed"},
	{"invalid/ltgtruri", "3.1.2.7", 400, "", "the Request-URI stands in <>"},
	{"invalid/lwsruri", "3.1.2.8", 400, "", "a blank in the Request-URI"},
	{"invalid/lwsstart", "3.1.2.9", 400, "", "two blanks in the start line"},
	{"invalid/trws", "3.1.2.10", 400, "", "blanks after the start line"},
	{"invalid/escruri", "3.1.2.11", 400, "", "header fields in the Request-URI"},
	{"invalid/baddate", "3.1.2.12", acted, "", "Date in EST: acted on, since the date is not used"},
	{"invalid/regbadct", "3.1.2.13", 400, "", "a Contact with ? without <>"},
	{"invalid/badaspec", "3.1.2.14", 400, "", "blanks inside <>"},
	{"invalid/baddn", "3.1.2.15", 400, "", "a comma in a bare display name; this copy also lacks its empty line"},
	{"invalid/badvers", "3.1.2.16", 505, "", "SIP/7.0"},
	{"invalid/mismatch01", "3.1.2.17", 400, "", "CSeq says INVITE, the start line OPTIONS"},
	{"invalid/mismatch02", "3.1.2.18", 501, "Allow", "the same with an unknown method: 501 preferred"},
	{"invalid/bigcode", "3.1.2.19", silent, "", "status 4294967301"},
	{"invalid/badbranch", "3.2.1", 400, "", "a branch of nothing but the cookie"},
	{"invalid/insuf", "3.3.1", 400, "", "no Call-ID, From, To"},
	{"invalid/unkscm", "3.3.2", 416, "", "an unknown scheme"},
	{"invalid/novelsc", "3.3.3", 416, "", "a known scheme that is no telephone's"},
	{"invalid/unksm2", "3.3.4", 400, "", "a registrar wants a SIP address in To"},
	{"invalid/bext01", "3.3.5", 420, "Unsupported", "Require of extensions nobody has; Proxy-Require is a proxy's"},
	{"invalid/invut", "3.3.6", 415, "Accept", "a body of an unknown type"},
	{"invalid/regaut01", "3.3.7", acted, "", "an unknown authorisation scheme; the registrar challenges: 401"},
	{"invalid/multi01", "3.3.8", 400, "", "two of what may be once"},
	{"invalid/mcl01", "3.3.9", 400, "", "two Content-Lengths"},
	{"invalid/bcast", "3.3.10", silent, "", "a response with a second Via: not ours"},
	{"invalid/zeromf", "3.3.11", acted, "",
		"Max-Forwards 0 is served at its end; Hops answers 483 when we would dial on"},
	{"invalid/cparam01", "3.3.12", acted, "", "a parameter of Contact"},
	{"invalid/cparam02", "3.3.13", acted, "", "a parameter of the address in Contact"},
	{"invalid/regescrt", "3.3.14", acted, "", "a Contact with header fields inside <>: kept as it is"},
	{"invalid/sdp01", "3.3.15", 406, "Warning", "the caller takes no SDP answer"},
	{"invalid/inv2543", "3.4.1", 400, "", "RFC 2543 without a From tag: not supported, and said so"},
	// Not in the RFC, but beside its messages in the module.
	{"invalid/test", "", silent, "", "no SIP version, no Via"},
}

// messages gives the folder of the torture messages in the module cache.
func messages(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Fatalf("the module is not there: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "sip", "testdata", "torture")
}

// judge is the way a datagram takes: status, the answer's header fields by name, and why.
func judge(parser *sip.Parser, data []byte) (status int, fields []sip.Header, why string) {
	if r := Datagram(data); r != nil {
		if r.Answer == nil {
			return silent, nil, r.Why
		}
		return r.Status, nil, r.Why
	}
	m, err := parser.ParseSIP(data)
	switch m := m.(type) {
	case *sip.Request:
		if err != nil {
			return silent, nil, "parser: " + err.Error()
		}
		if f := Request(m); f != nil {
			return f.Status, f.Headers, f.Reason
		}
	case *sip.Response:
		if err != nil {
			return silent, nil, "parser: " + err.Error()
		}
		if err := Response(m); err != nil {
			return silent, nil, err.Error()
		}
	default:
		return silent, nil, "parser: " + err.Error()
	}
	return acted, nil, ""
}

func TestTorture(t *testing.T) {
	dir := messages(t)
	seen := map[string]bool{}
	parser := NewParser()
	for _, c := range torture {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.file+".dat"))
			if err != nil {
				t.Fatal(err)
			}
			got, fields, why := judge(parser, data)
			if got != c.want {
				t.Errorf("RFC 4475, %s: got %d (%s), want %d: %s", c.section, got, why, c.want, c.remark)
			}
			found := c.header == ""
			for _, h := range fields {
				found = found || h.Name() == c.header && h.Value() != ""
			}
			if !found {
				t.Errorf("the answer %d carries no %s", got, c.header)
			}
			t.Logf("%s: %d %s", c.section, got, why)
		})
		seen[c.file+".dat"] = true
	}
	sections := 0
	for _, c := range torture {
		if c.section != "" {
			sections++
		}
	}
	if sections != 49 {
		t.Errorf("%d messages of the RFC, want 49", sections)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.dat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in %s: %v", dir, err)
	}
	for _, f := range files {
		if rel, _ := filepath.Rel(dir, f); !seen[filepath.ToSlash(rel)] {
			t.Errorf("%s has no answer in the table", rel)
		}
	}
}

// Every prefix, and every message with one byte broken, is judged without a crash.
func TestTortureBroken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(messages(t), "*", "*.dat"))
	if err != nil || len(files) == 0 {
		t.Fatal("no messages", err)
	}
	parser := NewParser()
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		step := 1 + len(data)/400
		for i := 0; i < len(data); i += step {
			judge(parser, data[:i])
			for _, c := range []byte{0, '\r', '\n', ' ', ':', ';', ',', '"', '<', '>', '@', '?', '[', 0xff} {
				b := append([]byte(nil), data...)
				b[i] = c
				judge(parser, b)
			}
		}
	}
}
