package config

import (
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/ident"
	"rexian/lang/diag"
	"rexian/stdlib/node"
)

var (
	durationType = reflect.TypeFor[Duration]()
	secretType   = reflect.TypeFor[Secret]()
)

// visit calls f for every key of a value, tables first, in the order of the file.
func visit(v reflect.Value, prefix string, f func(key string, field reflect.StructField, v reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		key := name
		if prefix != "" {
			key = prefix + "." + name
		}
		at := v.Field(i)
		switch {
		case at.Kind() == reflect.Struct && at.Type() != secretType:
			visit(at, key, f)
		case at.Kind() == reflect.Slice && at.Type().Elem().Kind() == reflect.Struct:
			f(key, field, at)
			for j := range at.Len() {
				visit(at.Index(j), nth(key, j), f)
			}
		default:
			f(key, field, at)
		}
	}
}

func eachSecret(c *Config, f func(key string, s *Secret)) {
	visit(reflect.ValueOf(c).Elem(), "", func(key string, _ reflect.StructField, v reflect.Value) {
		if v.Type() == secretType {
			f(key, v.Addr().Interface().(*Secret))
		}
	})
}

// defaults gives every key of a table its default; table points to a struct.
func defaults(table any) {
	visit(reflect.ValueOf(table).Elem(), "",
		func(_ string, field reflect.StructField, v reflect.Value) { setDefault(field, v) })
}

// setDefault sets a key to the default of its tag; a default that does not fit is a fault of the struct, which the
// tests find.
func setDefault(field reflect.StructField, v reflect.Value) {
	text, ok := field.Tag.Lookup("default")
	if !ok {
		return
	}
	switch {
	case v.Type() == durationType:
		d, _ := time.ParseDuration(text)
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Int:
		n, _ := strconv.Atoi(text)
		v.SetInt(int64(n))
	case v.Kind() == reflect.Float64:
		n, _ := strconv.ParseFloat(text, 64)
		v.SetFloat(n)
	case v.Kind() == reflect.Bool:
		v.SetBool(text == "true")
	case v.Kind() == reflect.Slice:
		v.Set(reflect.ValueOf(strings.Fields(text)))
	}
}

// nth is the key of an entry of a table that there may be several of; i counts from 0.
func nth(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i+1) }

// lineOf finds the line of a key: the one that begins with its name within its table, else where its table begins; 0 if
// neither is there.
func lineOf(src []byte, key string) int {
	table, name := "", key
	if at := strings.LastIndexByte(key, '.'); at >= 0 {
		table, name = key[:at], key[at+1:]
	}
	n := 0
	if at := strings.IndexByte(table, '['); at >= 0 {
		n, _ = strconv.Atoi(strings.TrimSuffix(table[at+1:], "]"))
		table = table[:at]
	}
	present, seen, header := "", 0, 0
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			present = strings.Trim(strings.TrimSpace(strings.SplitN(line, "#", 2)[0]), "[] ")
			if present == key {
				return i + 1
			}
			if present == table {
				seen++
				if n == 0 || seen == n {
					header = i + 1
				}
			}
			continue
		}
		if present == table && (n == 0 || seen == n) {
			if left, _, ok := strings.Cut(line, "="); ok && strings.Trim(strings.TrimSpace(left), `"`) == name {
				return i + 1
			}
		}
	}
	return header
}

// Check tells what is wrong with the values of a configuration.
func Check(c *Config) []Problem {
	var problems []Problem
	bad := func(key, zh, en string) {
		problems = append(problems, Problem{Key: key, Text: diag.Text{Zh: zh, En: en}})
	}
	visit(reflect.ValueOf(c).Elem(), "", func(key string, field reflect.StructField, v reflect.Value) {
		if field.Tag.Get("required") == "true" && v.IsZero() {
			bad(key, "必须写", "is needed")
		}
		if set := field.Tag.Get("oneof"); set != "" && !oneOf(v.String(), set) {
			list := strings.Join(strings.Fields(set), ", ")
			zh, en := "只能是 "+list, "must be one of "+list
			if meant := diag.Suggest(v.String(), strings.Fields(set)); meant != "" {
				zh, en = zh+"，是不是 "+meant+"？", en+"; did you mean "+meant+"?"
			}
			bad(key, zh, en)
		}
		if limit := field.Tag.Get("min"); limit != "" && measure(v) < atLimit(limit) {
			bad(key, "不能小于 "+limit, "must not be less than "+limit)
		}
		if limit := field.Tag.Get("max"); limit != "" && measure(v) > atLimit(limit) {
			bad(key, "不能大于 "+limit, "must not be more than "+limit)
		}
	})
	if text := node.CheckName(c.Node); c.Node != "" && text != (diag.Text{}) {
		bad("node", text.Zh, text.En)
	}
	secure := false
	for _, at := range c.SIP.Listen {
		scheme, addr, ok := strings.Cut(at, "://")
		if _, _, err := net.SplitHostPort(addr); !ok || !oneOf(scheme, "udp tcp tls ws wss") || err != nil {
			bad("sip.listen", "地址 "+at+" 看不懂，要写成 udp://127.0.0.1:5060",
				"the address "+at+" cannot be read; write udp://127.0.0.1:5060")
		}
		secure = secure || scheme == "tls" || scheme == "wss"
	}
	if len(c.SIP.Listen) == 0 {
		bad("sip.listen", "至少要有一个地址", "needs at least one address")
	}
	if secure && (c.SIP.Cert == "" || c.SIP.Key == "") {
		bad("sip.cert", "tls 和 wss 需要 cert 和 key", "tls and wss need cert and key")
	}
	for _, a := range []struct{ key, addr string }{{"sip.advertise", c.SIP.Advertise}, {"media.listen", c.Media.Listen},
		{"media.advertise", c.Media.Advertise}} {
		if _, err := netip.ParseAddr(a.addr); a.addr != "" && err != nil {
			bad(a.key, a.addr+" 不是 IP 地址", a.addr+" is no IP address")
		}
	}
	if c.Media.PortMin > c.Media.PortMax {
		bad("media.port_max", "不能小于 port_min", "must not be less than port_min")
	}
	type networks struct {
		key  string
		nets []string
	}
	lists := []networks{{"guard.trusted", c.Guard.Trusted}, {"guard.deny", c.Guard.Deny},
		{"sip.localnet", c.SIP.LocalNet}, {"sip.inbound_from", c.SIP.From}}
	for i, t := range c.Trunks {
		lists = append(lists, networks{fmt.Sprintf("trunk[%d].sources", i+1), t.Sources})
	}
	for _, list := range lists {
		for _, n := range list.nets {
			if _, err := Network(n); err != nil {
				bad(list.key, n+" 不是网段，要写成 10.0.0.0/8", n+" is no network; write 10.0.0.0/8")
			}
		}
	}
	if c.HTTP.Listen != "" {
		host, _, err := net.SplitHostPort(c.HTTP.Listen)
		ip, ipErr := netip.ParseAddr(host)
		switch {
		case err != nil:
			bad("http.listen", "要写成 地址:端口", "write address:port")
		case !c.HTTP.Token.IsSet() && host != "localhost" && (ipErr != nil || !ip.IsLoopback()):
			bad("http.token", "不在本机监听时必须有口令", "is needed unless it listens on this machine only")
		}
	}
	if s := c.HTTP.Advertise; s != "" {
		if at, err := url.Parse(s); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" ||
			at.Path != "" {
			bad("http.advertise", "要写成 https://地址:端口", "write https://address:port")
		}
	}
	if (c.HTTP.Cert == "") != (c.HTTP.Key == "") {
		bad("http.cert", "cert 和 key 要写就都写", "cert and key go together")
	}
	if c.Voice.Engine == "http" && c.Voice.URL == "" {
		bad("voice.url", "engine 是 http 时必须写", "is needed when engine is http")
	}
	for _, pair := range c.Voice.Voices {
		if lang, name, ok := strings.Cut(pair, "="); !ok || strings.TrimSpace(lang) == "" ||
			strings.TrimSpace(name) == "" {
			bad("voice.voices", "写成 语种=声音，如 zh=xiaoyun", "is a list of language=voice, such as zh=xiaoyun")
			break
		}
	}
	if _, _, ok := c.Tickets.QuietHours(); !ok {
		bad("tickets.quiet", "要写成 22:00-8:00，或 none", "write 22:00-8:00, or none")
	}
	for _, to := range c.Tickets.Alerts {
		if !reachable(to) {
			bad("tickets.alerts", to+" 不是手机号码，也不是邮箱", to+" is no mobile number and no mail address")
		}
	}
	for _, to := range c.Message.Unlimited {
		if _, kind, fault := ident.Phone(to); fault != ident.OK || kind != ident.Mobile {
			bad("message.sms_unlimited", to+" 不是手机号码", to+" is no mobile number")
		}
	}
	checkMail(c.Message, bad)
	checkSMS(c, bad)
	checkTrunks(c, bad)
	if u := c.Database.URL.Reveal(); u != "" && !hasScheme(u) {
		bad("database.url", "要写成 sqlite:路径 或 postgres://…", "write sqlite:PATH or postgres://…")
	}
	return problems
}

// reachable tells whether a text or a mail can go to an address; the outbox would refuse any other, and nobody were
// told.
func reachable(to string) bool {
	if strings.Contains(to, "@") {
		_, err := mail.ParseAddress(to)
		return err == nil
	}
	_, kind, fault := ident.Phone(to)
	return fault == ident.OK && kind == ident.Mobile
}

// Network reads a network or a single address.
func Network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

func hasScheme(u string) bool {
	for _, s := range []string{"sqlite:", "postgres://", "postgresql://", "env:", "file:"} {
		if strings.HasPrefix(u, s) {
			return true
		}
	}
	return false
}

func oneOf(s, set string) bool {
	for _, w := range strings.Fields(set) {
		if s == w {
			return true
		}
	}
	return false
}

// measure is a value as a number, a duration in seconds.
func measure(v reflect.Value) float64 {
	switch {
	case v.Type() == durationType:
		return time.Duration(v.Int()).Seconds()
	case v.Kind() == reflect.Float64:
		return v.Float()
	case v.CanInt():
		return float64(v.Int())
	}
	return 0
}

func atLimit(limit string) float64 {
	if d, err := time.ParseDuration(limit); err == nil {
		return d.Seconds()
	}
	n, _ := strconv.ParseFloat(limit, 64)
	return n
}

// Write prints a file with every key at its default, explained in a tongue: what `rexian serve --print-config` shows.
func Write(w io.Writer, t diag.Tongue) error {
	var b strings.Builder
	b.WriteString(diag.Text{Zh: "# rexian.toml：所有的键，写的都是缺省值。\n",
		En: "# rexian.toml: every key, at its default.\n"}.In(t))
	example(&b, reflect.ValueOf(Default()).Elem(), "", t)
	_, err := io.WriteString(w, b.String())
	return err
}

func example(b *strings.Builder, v reflect.Value, prefix string, t diag.Tongue) {
	type table struct {
		field reflect.StructField
		v     reflect.Value
	}
	var tables []table
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		at := v.Field(i)
		if at.Kind() == reflect.Map || at.Kind() == reflect.Struct && at.Type() != secretType ||
			at.Kind() == reflect.Slice && at.Type().Elem().Kind() == reflect.Struct {
			tables = append(tables, table{field, at})
			continue
		}
		fmt.Fprintf(b, "# %s\n", docOf(field, t))
		shown := literal(at)
		if shown == `""` && field.Tag.Get("default") == "" || shown == "[]" {
			fmt.Fprintf(b, "#%s = %s\n", name, shown)
			continue
		}
		fmt.Fprintf(b, "%s = %s\n", name, shown)
	}
	for _, sub := range tables {
		name := sub.field.Tag.Get("toml")
		fmt.Fprintf(b, "\n# %s\n", docOf(sub.field, t))
		switch sub.v.Kind() {
		case reflect.Struct:
			fmt.Fprintf(b, "[%s%s]\n", prefix, name)
			example(b, sub.v, prefix+name+".", t)
		case reflect.Map:
			fmt.Fprintf(b, "[%s]\n", name)
		default:
			var entry strings.Builder
			fmt.Fprintf(&entry, "[[%s]]\n", name)
			example(&entry, reflect.New(sub.v.Type().Elem()).Elem(), "", t)
			for _, line := range strings.Split(strings.TrimRight(entry.String(), "\n"), "\n") {
				if !strings.HasPrefix(line, "#") {
					line = "#" + line
				}
				b.WriteString(line + "\n")
			}
		}
	}
}

func docOf(f reflect.StructField, t diag.Tongue) string {
	return diag.Text{Zh: f.Tag.Get("zh"), En: f.Tag.Get("en")}.In(t)
}

func literal(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return strconv.Quote(shortest(time.Duration(v.Int())))
	case v.Type() == secretType:
		return `""`
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	case v.Kind() == reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, strconv.Quote(v.Index(i).String()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(v.Interface())
}

// shortest writes 30m rather than 30m0s.
func shortest(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
