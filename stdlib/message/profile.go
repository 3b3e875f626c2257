package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/stdlib/intake"
)

// Profile says how a gateway is talked to: what is sent where, what in its answer tells of success, how it reports.
// Texts have holes such as {to}, {text}, {id} (our id of the message), {provider_id} (the gateway's), {user}, {key},
// {secret}, {time} (20060102150405), {unix}, {millis}, {utc} (RFC 3339), {utc_date}, and filters behind them:
// {user+secret+time|md5}. Fields of answers and reports are paths such as data.0.msgid; a report may be JSON or a form.
type Profile struct {
	// Let defines more names, one a line: name = text. Each may use those before it; the texts are not escaped. What
	// uses {body} is for addresses and headers: a signature of the request, say.
	Let     []string
	Method  string // POST if ""
	URL     string
	Headers []string // Name: value
	Format  string   // of the body: json, form or raw; what is filled in is escaped for it
	Body    string
	User    string
	Key     Secret
	Secret  Secret
	Zone    *time.Location // of {time}; China's if nil

	OK      string         // field that tells of success; without one a status of 2xx does
	OKIs    []string       // its values of success
	BusyIs  []string       // its values that ask to try later: the message was not taken
	ID      string         // field with the gateway's id
	Refused string         // field that is there only where the text was refused, with the reason's code; "" for none
	Why     string         // field with the reason
	Pattern *regexp.Regexp // of an answer that is no JSON: one that matches is success, its first group the id

	Ask     Ask
	Receipt Receipt
	Inbound Inbound
}

// Ask is how the gateway is asked what became of a message.
type Ask struct {
	Method, URL, Body string   // GET without a body, else POST, unless given
	Headers           []string // beside or instead of the profile's, for pulling too
	State             string   // field with the state
	Delivered         []string
	Failed            []string
	Sent              []string // taken, and nothing more known
	Unheard           []string // the gateway never heard of the message: it is sent again
}

// Receipt is what the gateway's reports look like, those that it posts and those that are fetched from PullURL.
type Receipt struct {
	PullURL   string // answers with the reports since it was last asked, each once; "" for none
	PullBody  string // "": it is got, else posted to
	List      string // field with the list; "" if the whole is one
	ID        string // field with our id of the message or the gateway's
	To        string // field with the recipient; a report with another's is not believed
	State     string
	Why       string
	Delivered []string // values of State; all others but Pending tell of failure
	Pending   []string // it is not known yet
}

// Inbound is what texts look like that the gateway posts.
type Inbound struct{ List, ID, From, Text string }

// zone is that of {time}.
func (p *Profile) zone() *time.Location { return intake.Zone(p.Zone) }

// Plain is the profile of a gateway without one: JSON {"id", "to", "text"} is posted with a bearer's token, and
// answered by {"id"}.
func Plain(address string, token Secret) Profile {
	p := Profile{URL: address, Format: "json", Body: `{"id":"{id}","to":"{to}","text":"{text}"}`, Key: token, ID: "id"}
	if token != "" {
		p.Headers = []string{"Authorization: Bearer {key}"}
	}
	return p
}

// Check tells what of a profile cannot be, by the name of its key in the configuration; nil if nothing is.
func (p *Profile) Check() map[string]error {
	wrong := map[string]error{}
	note := func(key string, err error) {
		if err != nil {
			wrong[key] = err
		}
	}
	defined, known, err := p.definitions()
	note("let", err)
	for key, text := range map[string]string{"body": p.Body, "ask_body": p.Ask.Body, "pull_body": p.Receipt.PullBody} {
		note(key, checkHoles(text, bodyNames(defined, known)))
	}
	for key, at := range map[string]string{"url": p.URL, "ask_url": p.Ask.URL, "pull_url": p.Receipt.PullURL} {
		if at == "" {
			continue
		}
		if err := checkHoles(at, known); err != nil {
			wrong[key] = err
			continue
		}
		u, err := url.Parse(fill(at, nil, "", escapes["form"]))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			wrong[key] = errors.New("is no address such as https://sms.example.cn/send")
		}
	}
	for key, list := range map[string][]string{"headers": p.Headers, "ask_headers": p.Ask.Headers} {
		for _, h := range list {
			name, _, ok := strings.Cut(h, ":")
			if !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(h, "\r\n") {
				wrong[key] = fmt.Errorf("%q: write Name: value", name)
			}
			note(key, checkHoles(h, known))
		}
	}
	if len(p.OKIs) > 0 && p.OK == "" {
		wrong["ok_field"] = errors.New("is needed with ok_values")
	}
	if p.OK != "" && len(p.OKIs) == 0 {
		wrong["ok_values"] = errors.New("is needed with ok_field")
	}
	if p.Ask.URL != "" && p.Ask.State == "" {
		wrong["ask_state"] = errors.New("is needed with ask_url")
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

// verdict reads an answer to a message: its id at the gateway, or why it was not taken.
func (p *Profile) verdict(status int, answer []byte) (id string, err error) {
	fields, isJSON := parse(answer)
	said := ""
	if why := field(fields, p.Why); why != "" {
		said = ": " + intake.Line(why, 200)
	}
	code, refused := field(fields, p.OK), field(fields, p.Refused)
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		code != "" && slices.Contains(p.BusyIs, code), refused != "" && slices.Contains(p.BusyIs, refused):
		return "", fmt.Errorf("the gateway is busy: status %d%s", status, said)
	case status/100 == 4 && status != http.StatusRequestTimeout:
		return "", fmt.Errorf("%w: status %d%s", ErrRefused, status, said)
	case refused != "":
		return "", fmt.Errorf("%w: %s %s%s", ErrRefused, p.Refused, intake.Line(refused, 64), said)
	case status/100 != 2:
		return "", fmt.Errorf("%w: status %d%s", ErrUncertain, status, said)
	case p.Pattern != nil:
		m := p.Pattern.FindSubmatch(answer)
		if m == nil {
			why := ErrRefused
			if bytes.Contains(bytes.ToLower(answer), []byte("<html")) { // a page of something in between
				why = ErrUncertain
			}
			return "", fmt.Errorf("%w: the answer %q", why, intake.Line(string(answer), 100))
		}
		if len(m) > 1 {
			id = string(m[1])
		}
		return id, nil
	case p.OK == "":
		return field(fields, p.ID), nil // a gateway without ids of its own is asked by ours
	case !isJSON || code == "": // a page of something in between, say: who knows what it means
		return "", fmt.Errorf("%w: the answer does not tell %s", ErrUncertain, p.OK)
	case !slices.Contains(p.OKIs, code):
		return "", fmt.Errorf("%w: %s %s%s", ErrRefused, p.OK, intake.Line(code, 64), said)
	}
	return field(fields, p.ID), nil
}

// parse reads JSON with its numbers as they stand.
func parse(b []byte) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

// at follows a path such as data.0.msgid; a text on the way that is JSON is gone into. nil if there is nothing.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		if s, ok := v.(string); ok {
			if v, ok = parse([]byte(s)); !ok {
				return nil
			}
		}
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// field is the text at a path; "" if there is none, or no path.
func field(v any, path string) string {
	if path == "" {
		return ""
	}
	switch x := at(v, path).(type) {
	case string:
		return strings.TrimSpace(x)
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// maxItems bounds the items of one report.
const maxItems = 1000

// items reads what a gateway posts, JSON or a form, as a list.
func items(body []byte, query url.Values, list string) ([]any, error) {
	v, ok := parse(body)
	if _, object := v.(map[string]any); !ok || !object {
		if _, array := v.([]any); !array {
			form := map[string]any{}
			values, err := url.ParseQuery(string(body))
			if err != nil {
				return nil, errors.New("neither JSON nor a form")
			}
			for _, part := range []url.Values{query, values} {
				for name := range part {
					form[name] = part.Get(name)
				}
			}
			v = form
		}
	}
	found := at(v, list)
	if s, ok := found.(string); ok {
		found, _ = parse([]byte(s))
	}
	switch x := found.(type) {
	case []any:
		if len(x) > maxItems {
			return nil, fmt.Errorf("more than %d at once", maxItems)
		}
		return x, nil
	case map[string]any:
		return []any{x}, nil
	}
	return nil, fmt.Errorf("nothing at %q", list)
}

// Report is what a gateway reports of a message.
type Report struct {
	ID    string // ours, or the gateway's
	To    string // "" if it does not say
	State State  // Delivered or Failed
	Why   string
}

// Reports reads reports that a gateway posts; those that are not known yet are left out.
func (p *Profile) Reports(body []byte, query url.Values) ([]Report, error) {
	r := &p.Receipt
	list, err := items(body, query, r.List)
	if err != nil {
		return nil, fmt.Errorf("a report of the gateway: %w", err)
	}
	var out []Report
	for _, x := range list {
		one := Report{ID: field(x, r.ID), To: field(x, r.To), State: Failed, Why: field(x, r.Why)}
		state := field(x, r.State)
		if one.ID == "" || state == "" {
			return nil, fmt.Errorf("a report of the gateway without %s or %s", r.ID, r.State)
		}
		if slices.Contains(r.Pending, state) {
			continue
		}
		if slices.Contains(r.Delivered, state) {
			one.State = Delivered
		} else if one.Why == "" {
			one.Why = state
		}
		out = append(out, one)
	}
	return out, nil
}

// Texts reads texts that a gateway posts.
func (p *Profile) Texts(body []byte, query url.Values) ([]In, error) {
	i := &p.Inbound
	list, err := items(body, query, i.List)
	if err != nil {
		return nil, fmt.Errorf("a text of the gateway: %w", err)
	}
	var out []In
	for _, x := range list {
		in := In{ID: field(x, i.ID), Channel: SMS, Sender: field(x, i.From), Body: field(x, i.Text)}
		if in.Sender == "" {
			return nil, fmt.Errorf("a text of the gateway without %s", i.From)
		}
		if in.ID != "" {
			in.ID = "sms-" + in.ID
		}
		out = append(out, in)
	}
	return out, nil
}
