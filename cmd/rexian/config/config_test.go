package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/lang/diag"
)

// The annotated example is a valid file that means what an empty one means, in both tongues.
func TestTheExampleIsTheDefaults(t *testing.T) {
	for _, tongue := range []diag.Tongue{diag.Zh, diag.En} {
		var b strings.Builder
		if err := config.Write(&b, tongue); err != nil {
			t.Fatal(err)
		}
		got, err := config.Parse([]byte(b.String()), "rexian.toml")
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		want := config.Default()
		want.Dir = "."
		if len(got.Settings) == 0 {
			got.Settings = nil
		}
		for f := range reflect.TypeFor[config.Config]().Fields() { // what it notes of the file itself is not compared
			if f.IsExported() {
				a, b := reflect.ValueOf(got).Elem().FieldByIndex(f.Index),
					reflect.ValueOf(want).Elem().FieldByIndex(f.Index)
				if !reflect.DeepEqual(a.Interface(), b.Interface()) {
					t.Errorf("%s: the example means %+v, an empty file %+v", f.Name, a, b)
				}
			}
		}
	}
}

// Every key is explained in both tongues.
func TestEveryKeyIsExplained(t *testing.T) {
	var walk func(reflect.Type, string)
	seen := 0
	walk = func(ty reflect.Type, prefix string) {
		for i := range ty.NumField() {
			f := ty.Field(i)
			name := f.Tag.Get("toml")
			if name == "-" || name == "" {
				continue
			}
			seen++
			if f.Tag.Get("zh") == "" || f.Tag.Get("en") == "" {
				t.Errorf("%s%s is not explained", prefix, name)
			}
			sub := f.Type
			if sub.Kind() == reflect.Slice {
				sub = sub.Elem()
			}
			if sub.Kind() == reflect.Struct && sub != reflect.TypeFor[config.Secret]() {
				walk(sub, prefix+name+".")
			}
		}
	}
	walk(reflect.TypeFor[config.Config](), "")
	if seen < 40 {
		t.Errorf("only %d keys were looked at", seen)
	}
}

func TestWrongFilesAreRefused(t *testing.T) {
	t.Setenv("REXIAN_EMPTY", "")
	tests := map[string]struct{ src, want string }{
		"unknown key": {"[sip]\nlisten = [\"udp://127.0.0.1:0\"]\nmaxcalls = 3\n",
			"rexian.toml:3: sip.maxcalls: there is no such key; did you mean max_calls?"},
		"unknown table": {"[medai]\nlisten = \"\"\n", "medai: there is no such key; did you mean media?"},
		"not toml":      {"flows = \n", "rexian.toml:1:"},
		"wrong type":    {"[sip]\nmax_calls = \"many\"\n", "rexian.toml:2:"},
		"too few":       {"[sip]\nmax_calls = 0\n", "sip.max_calls: must not be less than 1"},
		"bad address": {"[sip]\nlisten = [\"127.0.0.1:5060\"]\n",
			"sip.listen: the address 127.0.0.1:5060 cannot be read"},
		"tls needs cert": {"[sip]\nlisten = [\"tls://0.0.0.0:5061\"]\n", "sip.cert: tls and wss need cert and key"},
		"open http":      {"[http]\nlisten = \"0.0.0.0:80\"\n", "http.token: is needed unless"},
		"empty variable": {"[http]\nlisten = \"0.0.0.0:80\"\ntoken = \"env:REXIAN_EMPTY\"\n",
			"http.token: REXIAN_EMPTY in the environment is empty"},
		"empty file": {"[http]\nlisten = \"0.0.0.0:80\"\ntoken = \"file:/dev/null\"\n",
			"http.token: /dev/null is empty"},
		"no address for the nodes": {"[http]\nadvertise = \"10.0.0.2:8080\"\n",
			"http.advertise: write https://address:port"},
		"half of TLS": {"[http]\ncert = \"a.pem\"\n", "http.cert: cert and key go together"},
		"bad word": {"[media]\nsrtp = \"offerd\"\n",
			"media.srtp: must be one of never, offered, required; did you mean offered?"},
		"trunk name": {"[[trunk]]\nserver = \"udp://10.0.0.1:5060\"\n", "trunk[1].name: is needed"},
		// Written is not left out, even where what is written is nothing.
		"no validity": {"[[trunk]]\nname = \"a\"\nserver = \"a\"\nexpires = \"0s\"\n",
			"rexian.toml:4: trunk[1].expires: must not be less than 10s"},
		"no packet": {"[[trunk]]\nname = \"a\"\nserver = \"a\"\nptime = 0\n",
			"trunk[1].ptime: must not be less than 10"},
		"second trunk": {"[[trunk]]\nname = \"a\"\nserver = \"udp://a:1\"\n[[trunk]]\nname = \"\"\nserver = \"udp://b:1\"\n", "rexian.toml:5: trunk[2].name: is needed"},
		"no variable": {"[http]\ntoken = \"env:REXIAN_NOT_THERE\"\n",
			"rexian.toml:2: http.token: the environment has no REXIAN_NOT_THERE"},
		"short timer":     {"[sip]\nsession_expires = \"10s\"\n", "must not be less than 90s"},
		"database":        {"[database]\nurl = \"mysql://x\"\n", "database.url: write sqlite:PATH"},
		"not a network":   {"[guard]\ndeny = [\"somewhere\"]\n", "guard.deny: somewhere is no network"},
		"trunk's network": {"[[trunk]]\nname = \"a\"\nserver = \"a\"\n[[trunk]]\nname = \"b\"\nserver = \"b\"\nsources = [\"10.0.0.0/8\", \"b.example\"]\n", "rexian.toml:7: trunk[2].sources: b.example is no network"},
		"digest":          {"[sip]\ndigest = \"sha1\"\n", "sip.digest: must be one of both, sha256, md5"},
		"ports": {"[media]\nport_min = 3000\nport_max = 2000\n",
			"media.port_max: must not be less than port_min"},
		"who is told": {"[tickets]\nalerts = [\"13800138000\", \"053188880000\"]\n",
			"rexian.toml:2: tickets.alerts: 053188880000 is no mobile number and no mail address"},
		"who is unlimited": {"[message]\nsms_unlimited = [\"053188880000\"]\n",
			"message.sms_unlimited: 053188880000 is no mobile number"},
		"no mail address": {"[tickets]\nalerts = [\"chief@\"]\n",
			"tickets.alerts: chief@ is no mobile number and no mail address"},
		"alert": {"[tickets]\nalert = [\"chief@example.org\"]\n",
			"tickets.alert: there is no such key; did you mean alerts?"},
		"no digits":       {"[meters]\ndigits = 0\n", "meters.digits: must not be less than 1"},
		"too many digits": {"[meters]\ndigits = 13\n", "meters.digits: must not be more than 12"},
		"ticket":          {"[ticket]\nalerts = []\n", "ticket: there is no such key; did you mean tickets?"},
		"no mail server": {"[message]\nimap = \"imap.example.org\"\n",
			"rexian.toml:2: message.imap: write host:port"},
		"mail user": {"[message]\nimap = \"imap.example.org:993\"\n", "message.imap_user: is needed with imap"},
		"mail password": {"[message]\nimap = \"imap.example.org:993\"\nimap_user = \"a\"\n",
			"message.imap_password: is needed with imap"},
		"open password": {"[message]\nimap = \"imap.example.org:143\"\nimap_tls = \"none\"\n",
			"rexian.toml:3: message.imap_tls: none is only for this machine"},
		"mail protection": {"[message]\nimap_tls = \"ssl\"\n",
			"message.imap_tls: must be one of implicit, starttls, none"},
		"rare looks": {"[message]\nimap_poll = \"1h\"\n", "message.imap_poll: must not be more than 20m"},
		"several at once": {"[media]\nlisten = \"x\"\n[sip]\nadvertise = \"y\"\n",
			"sip.advertise: y is no IP address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse([]byte(tt.src), "rexian.toml")
			var invalid *config.Invalid
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if invalid != nil && invalid.In(diag.Zh) == invalid.In(diag.En) {
				t.Error("both tongues say the same")
			}
		})
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pw"), []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("REXIAN_TEST_TOKEN", "tok")
	src := "[http]\ntoken = \"env:REXIAN_TEST_TOKEN\"\n[[trunk]]\nname = \"a\"\nserver = \"udp://a:5060\"\npassword = \"file:pw\"\n"
	c, err := config.Parse([]byte(src), filepath.Join(dir, "rexian.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTP.Token.Reveal() != "tok" || c.Trunks[0].Password.Reveal() != "hunter2" {
		t.Errorf("secrets were not followed: %q %q", c.HTTP.Token.Reveal(), c.Trunks[0].Password.Reveal())
	}
	for _, shown := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c.Trunks)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("the password shows in %s", shown)
		}
	}
}

func TestDefaults(t *testing.T) {
	c := config.Default()
	if c.Meters.Digits != 8 || len(c.Tickets.Alerts) > 0 {
		t.Errorf("meters have %d digits, told of tickets are %v", c.Meters.Digits, c.Tickets.Alerts)
	}
	if c.SIP.Listen[0] != "udp://127.0.0.1:5060" || time.Duration(c.SIP.Expires) != 30*time.Minute || !c.Media.InBand ||
		c.Guard.Calls != 20 {
		t.Errorf("defaults are %+v", c)
	}
	if p := config.Check(c); len(p) > 0 {
		t.Errorf("the defaults are wrong: %v", p)
	}
}

// TestFiles: a certificate that cannot be used is a fault, one that is out of date a warning.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	write := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, until := range map[string]time.Time{"a": now.AddDate(1, 0, 0), "b": now.AddDate(0, 0, -1)} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		x := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.AddDate(-1, 0, 0), NotAfter: until}
		der, err := x509.CreateCertificate(rand.Reader, &x, &x, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		write(name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		write(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	}
	for _, c := range []struct{ cert, key, problem, warning string }{
		{"a.pem", "a.key", "", ""},
		{"b.pem", "b.key", "", "the certificate b.pem has run out on 2026-11-28"},
		{"a.pem", "b.key", "cannot be used together", ""},
		{"a.pem", "c.key", "cannot read c.key: file does not exist", ""},
	} {
		cfg := config.Default()
		cfg.Dir, cfg.SIP.Cert, cfg.SIP.Key = dir, c.cert, c.key
		problems, warnings := cfg.Files(now)
		said := func(list []config.Problem) (text string) {
			for _, p := range list {
				text += p.Key + ": " + p.En
			}
			return text
		}
		if p, w := said(problems), said(warnings); (p == "") != (c.problem == "") || !strings.Contains(p, c.problem) ||
			(w == "") != (c.warning == "") || !strings.Contains(w, c.warning) {
			t.Errorf("%s with %s: %q, %q", c.cert, c.key, p, w)
		}
	}
}
