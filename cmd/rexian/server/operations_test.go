package server_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
)

const officeToken = "the server's own token"

// op is an operation as the document of the interface says it.
type op struct {
	method, path string
	ID           string `json:"operationId"`
	Permission   string `json:"x-permission"`
	List         string `json:"x-list"`
	Scope        string `json:"x-scope"`
	Edits        bool   `json:"x-edits"`
	Whole        bool   `json:"x-whole"`
	Parameters   []struct{ Name string }
	Responses    map[string]struct {
		Content map[string]any
	}
}

// operations reads the document.
func (h *hotline) operations() []op {
	h.t.Helper()
	_, text := h.ask("GET", "/openapi.json", "", nil)
	var doc struct {
		OpenAPI string                   `json:"openapi"`
		Paths   map[string]map[string]op `json:"paths"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		h.t.Fatal(err, doc.OpenAPI)
	}
	var list []op
	for path, methods := range doc.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
			list = append(list, o)
		}
	}
	if len(list) < 50 {
		h.t.Fatalf("only %d operations", len(list))
	}
	slices.SortFunc(list, func(a, b op) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return list
}

// marker stands for what somebody asks with; no error repeats it.
const marker = "zz9marker"

// try asks for an operation with a body that has nothing in it.
func (h *hotline) try(o op, change func(*http.Request)) (int, api.Fault) {
	h.t.Helper()
	path := strings.NewReplacer("{id}", marker, "{name}", marker, "{phone}", marker, "{address}",
		marker).Replace(o.path)
	code, text := h.ask(o.method, path, `{"`+marker+`": 1}`, func(r *http.Request) { change(r) })
	var f api.Fault
	if code >= 400 {
		if err := json.Unmarshal([]byte(text), &f); err != nil || f.Code == "" || f.Status != code || f.Type == "" ||
			f.Detail == "" || f.RequestID == "" {
			h.t.Errorf("%s: %d is not typed: %s", o.ID, code, text)
		}
		if strings.Contains(text, marker) {
			h.t.Errorf("%s: the error repeats what was asked: %s", o.ID, text)
		}
		if _, said := o.Responses["422"]; !said {
			h.t.Errorf("%s does not say its errors", o.ID)
		}
	}
	return code, f
}

// lets asks for all operations as somebody who has some permissions, and for nothing else.
func (h *hotline) lets(who string, list []op, may func(permission string) bool, change func(*http.Request)) (let int) {
	h.t.Helper()
	for _, o := range list {
		if o.ID == "sign-in" || o.ID == "sign-out" {
			continue
		}
		allowed := o.Permission == "signed" || may(o.Permission)
		code, f := h.try(o, change)
		if !allowed && (code != 403 || f.Code != "forbidden") {
			h.t.Errorf("%s is let in to %s: %d %s", who, o.ID, code, f.Code)
		}
		if allowed && (code == 401 || code == 403) {
			h.t.Errorf("%s is refused to %s: %d %s", who, o.ID, code, f.Code)
		}
		if allowed {
			let++
		}
	}
	return let
}

// bearer shows a token.
func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// told sends an order as the server's own token and reads the answer.
func (h *hotline) told(method, path string, in, out any, change func(*http.Request)) int {
	h.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		h.t.Fatal(err)
	}
	code, text := h.ask(method, path, string(body), func(r *http.Request) {
		bearer(officeToken)(r)
		if change != nil {
			change(r)
		}
	})
	if out != nil {
		if err := json.Unmarshal([]byte(text), out); err != nil {
			h.t.Fatal(err, text)
		}
	}
	return code
}

// From the document: every operation is refused to who shows nothing, to every wrong role, to every key without its
// permission and outside the scope of queues; every list comes by pages; every error is typed and repeats nothing.
func TestOperationsAreForWhoMay(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	laid(t, data, "20200102-00000000aaaa-1")
	laid(t, data, "20200102-00000000bbbb-1")
	h := start(t, func(c *config.Config) { c.Data, c.HTTP.Token = data, config.Plain(officeToken) })
	list := h.operations()

	for _, o := range list {
		if code, _ := h.try(o, func(*http.Request) {}); o.ID != "sign-in" && code != 401 {
			t.Errorf("%s without anything shown: %d", o.ID, code)
		}
	}
	const password = "Rexian-12366"
	for _, role := range api.Roles() {
		var u api.User
		if code := h.told("PUT", "/api/v1/users/u."+role, api.UserOrder{Password: password, Roles: []string{role}}, &u,
			nil); code != 200 {
			t.Fatalf("%s: %d %+v", role, code, u)
		}
		cookie, s := h.signsIn("u."+role, password)
		may := func(p string) bool { return slices.Contains(s.Permits, api.Permission(p)) }
		if n := h.lets(role, list, may, cookie); n < 2 || n > 2*len(list)/3 {
			t.Errorf("%s is let in to %d of %d", role, n, len(list))
		}
	}
	var needs []string
	var few []op // one for each permission: with all, the keys would take their time
	for _, o := range list {
		if o.Permission != "" && o.Permission != "signed" && !slices.Contains(needs, o.Permission) {
			needs, few = append(needs, o.Permission), append(few, o)
		}
	}
	for _, p := range needs {
		var k api.APIKey
		if code := h.told("POST", "/api/v1/keys", api.KeyOrder{Label: "t", Permits: []string{p}}, &k,
			nil); code != 200 {
			t.Fatalf("%s: %d", p, code)
		}
		h.lets("a key for "+p, few, func(x string) bool { return x == p }, bearer(k.Secret))
	}
	h.scoped(list)
	var all api.APIKey
	h.told("POST", "/api/v1/keys", api.KeyOrder{Label: "t", Permits: needs}, &all, nil)
	h.edited(list, all)
	h.paged(list)
}

// edited changes what can be changed twice from the same version: the second is refused, and so is a new one where
// there is one. What replaces all there is says from which version it does.
func (h *hotline) edited(list []op, all api.APIKey) {
	h.t.Helper()
	h.write(officeFlow + "\n开关 维护 关闭\n")
	if code := h.told("POST", "/api/v1/deployment", map[string]string{"action": "deploy", "by": "t"}, nil,
		nil); code != 200 {
		h.t.Fatal(code)
	}
	closures := "/api/v1/closures"
	var first api.Closure
	if code := h.told("POST", closures, api.ClosureOrder{By: "t"}, &first, nil); code != 200 {
		h.t.Fatal(code)
	}
	h.told("PUT", "/api/v1/queues/咨询", api.QueueOrder{By: "t"}, nil, nil)
	h.told("PUT", "/api/v1/switches/维护", map[string]bool{"on": false}, nil, nil)
	var ticket api.Ticket
	if code := h.told("POST", "/api/v1/tickets", api.TicketDraft{Class: "投诉", Content: "x", By: "t"}, &ticket,
		nil); code != 200 {
		h.t.Fatal(code)
	}
	bodies := map[string]string{"act-on-ticket": `{"do": "supervise", "note": "急", "by": "t"}`,
		"put-agent": `{"phone": "sip:900@127.0.0.1:1", "skills": {"咨询": 2}}`,
		"put-user":  `{"roles": ["agent"]}`, "disable-user": `{"disabled": false}`, "turn-switch": `{"on": true}`,
		"close-queue": `{"closed": false}`, "set-closure": `{"by": "t"}`, "lift-closure": ``}
	read := map[string]string{"set-closure": closures, "lift-closure": closures}
	send := func(method, path, header, value, body string) (int, string, string) {
		r, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.Web().String()+path,
			strings.NewReader(body))
		if err != nil {
			h.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		bearer(officeToken)(r)
		r.Header.Set(header, value)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		defer res.Body.Close()
		var f api.Fault
		_ = json.NewDecoder(res.Body).Decode(&f) // what is no problem has no code
		return res.StatusCode, res.Header.Get("ETag"), f.Code
	}
	n := 0
	for _, o := range list {
		if !o.Edits {
			continue
		}
		n++
		name := map[string]string{"close-queue": "咨询", "turn-switch": "维护"}[o.ID]
		path := strings.NewReplacer("{id}", "900", "{name}", cmp.Or(name, "u.agent")).Replace(o.path)
		if o.ID == "lift-closure" {
			path = closures + "/" + strconv.FormatInt(first.ID, 10) + "?by=t"
		}
		if o.ID == "act-on-ticket" {
			path = "/api/v1/tickets/" + ticket.Number
		}
		at := cmp.Or(read[o.ID], strings.TrimSuffix(path, "/disabled"))
		if o.Whole { // a person or a program says what the change is made from
			code, _, why := send(o.method, path, "Authorization", "Bearer "+all.Secret, bodies[o.ID])
			if code != 428 || why != "no_version" {
				h.t.Errorf("%s without a version: %d %s", o.ID, code, why)
			}
		}
		_, tag, _ := send("GET", at, "Accept", "*/*", "")
		code, next, _ := send(o.method, path, "If-Match", tag, bodies[o.ID])
		if read[o.ID] != "" { // of all of them
			_, next, _ = send("GET", at, "Accept", "*/*", "")
		}
		if tag == "" || code != 200 || next == "" || next == tag {
			h.t.Fatalf("%s: from %s to %s: %d", o.ID, tag, next, code)
		}
		refused := map[[2]string]int{{"If-Match", tag}: 412, {"If-Match", `"7"`}: 412, {"If-Match", "7"}: 400}
		if o.ID != "disable-user" { // whom nobody enters by it
			refused[[2]string{"If-None-Match", "*"}] = 412
		}
		for header, want := range refused {
			body := strings.Replace(bodies[o.ID], `"roles"`, `"password": "Rexian-12366", "roles"`, 1)
			code, _, why := send(o.method, path, header[0], header[1], body)
			if code != want || want == 412 && why != "changed" {
				h.t.Errorf("%s, %v: %d %s", o.ID, header, code, why)
			}
		}
		if code, tag, _ := send("GET", at, "Accept", "*/*", ""); code != 200 ||
			tag != next {
			h.t.Errorf("%s: what was refused has changed it from %s to %s", o.ID, next, tag)
		}
	}
	if n < len(bodies) {
		h.t.Errorf("only %d operations can be told the version", n)
	}
}

// signsIn begins a session and returns what shows it.
func (h *hotline) signsIn(name, password string) (func(*http.Request), api.Session) {
	h.t.Helper()
	body, _ := json.Marshal(api.SignIn{Name: name, Password: password})
	res, err := http.Post("http://"+h.Web().String()+"/api/v1/session", "application/json",
		strings.NewReader(string(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var s api.Session
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil || res.StatusCode != 200 || len(res.Cookies()) != 1 {
		h.t.Fatalf("%s signs in: %d, %v", name, res.StatusCode, err)
	}
	c := res.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		h.t.Errorf("the cookie %+v", c)
	}
	return func(r *http.Request) { r.AddCookie(c) }, s
}

// scoped asks for what belongs to no queue, no group and no district of a key's.
func (h *hotline) scoped(list []op) {
	h.t.Helper()
	eventually(h.t, "the recordings are in the index", func() bool {
		var page struct{ Recordings []api.Recording }
		return h.told("GET", "/api/v1/recordings", nil, &page, nil) == 200 && len(page.Recordings) == 2
	})
	agent := api.AgentOrder{Phone: "sip:900@127.0.0.1:1", Skills: map[string]int{"别的": 1}, Groups: []string{"一班"},
		District: "历下区"}
	if code := h.told("PUT", "/api/v1/agents/900", agent, nil, nil); code != 200 {
		h.t.Fatal(code)
	}
	<-h.call().Done()
	eventually(h.t, "the call is written down", func() bool {
		var page struct{ Calls []api.Brief }
		return h.told("GET", "/api/v1/calls", nil, &page, nil) == 200 && len(page.Calls) > 0
	})
	order := api.KeyOrder{Label: "t"}
	for _, o := range list {
		if o.Permission != "" && o.Permission != "signed" && !slices.Contains(order.Permits, o.Permission) {
			order.Permits = append(order.Permits, o.Permission)
		}
	}
	key := func(s api.Scope) (k api.APIKey) {
		order.Scope = s
		h.told("POST", "/api/v1/keys", order, &k, nil)
		return k
	}
	for _, s := range []api.Scope{{Queues: []string{"英语"}}, {Groups: []string{"二班"}}, {Districts: []string{"市中区"}},
		{Groups: []string{"一班"}, Districts: []string{"市中区"}}} {
		h.outside(list, key(s))
	}
	english := key(api.Scope{Queues: []string{"英语"}})
	if code, _ := h.ask("GET", "/api/v1/recordings?queue=英语", "", bearer(english.Secret)); code != 200 {
		h.t.Errorf("within the scope: %d", code)
	}
	for _, s := range []api.Scope{{Groups: []string{"一班", "二班"}}, {Districts: []string{"历下区"}},
		{Groups: []string{"一班"}, Districts: []string{"历下区"}}} {
		k := key(s)
		var now struct{ Agents []api.Agent }
		_, text := h.ask("GET", "/api/v1/agents", "", bearer(k.Secret))
		if err := json.Unmarshal([]byte(text), &now); err != nil || len(now.Agents) != 1 || now.Agents[0].ID != "900" {
			h.t.Errorf("%+v sees %s", s, text)
		}
		if code, text := h.ask("GET", "/api/v1/agents/900/day", "", bearer(k.Secret)); code != 200 {
			h.t.Errorf("%+v: %d %s", s, code, text)
		}
		for path, body := range map[string]string{ // nobody gives away what they do not see
			"PUT /api/v1/agents/900": `{"phone": "sip:900@127.0.0.1:1", "skills": {"别的": 1}, "groups": ["三班"]}`,
			"POST /api/v1/keys":      `{"label": "t", "permits": ["calls:read"]}`,
			"PUT /api/v1/users/all":  `{"password": "Rexian-12366", "roles": ["agent"]}`} {
			method, path, _ := strings.Cut(path, " ")
			if code, text := h.ask(method, path, body, func(r *http.Request) {
				bearer(k.Secret)(r)
				r.Header.Set("If-Match", `"7"`)
			}); code != 403 || !strings.Contains(text, `"code":"scope"`) {
				h.t.Errorf("%+v, %s: %d %s", s, path, code, text)
			}
		}
	}
}

// outside asks for all that has a scope with a key whose scope nothing is within.
func (h *hotline) outside(list []op, k api.APIKey) {
	h.t.Helper()
	n := 0
	for _, o := range list {
		if o.Scope == "" || o.ID == "listen-live" {
			continue
		}
		n++
		id := "20200102-00000000aaaa-1"
		for of, is := range map[string]string{"agents": "900", "tickets": "2001000001", "closures": "1"} {
			if strings.HasPrefix(o.path, "/api/v1/"+of+"/") {
				id = is
			}
		}
		path := strings.NewReplacer("{id}", id, "{name}", "咨询", "{phone}", "1", "{address}",
			"203.0.113.1").Replace(o.path)
		code, text := h.ask(o.method, path+"?reason=x", `{"on": true, "reason": "x"}`, bearer(k.Secret))
		var body map[string]json.RawMessage
		_ = json.Unmarshal([]byte(text), &body)
		empty := code == 200 && o.List != "" && string(body[o.List]) == "[]"
		if o.ID == "get-live" {
			empty = strings.Contains(text, `"agents":{}`) && strings.Contains(text, `"calls":{}`)
		}
		empty = empty || o.ID == "export-recordings" && code == 404 // of nothing
		if !empty && (code != 403 || !strings.Contains(text, `"code":"scope"`)) {
			h.t.Errorf("%s outside of the scope %+v: %d %s", o.ID, k.Scope, code, text)
		}
	}
	if n < 45 {
		h.t.Errorf("only %d operations have a scope", n)
	}
}

// paged goes through the lists one by one.
func (h *hotline) paged(list []op) {
	h.t.Helper()
	turned := 0
	for _, o := range list {
		if o.List == "" {
			continue
		}
		var names []string
		for _, p := range o.Parameters {
			names = append(names, p.Name)
		}
		if !slices.Contains(names, "limit") || !slices.Contains(names, "after") {
			h.t.Errorf("%s has no pages", o.ID)
		}
		seen, after := map[string]bool{}, ""
		for range 100 {
			var page map[string]json.RawMessage
			code := h.told("GET", strings.ReplaceAll(o.path, "{name}", "x")+"?limit=1&after="+after, nil, &page, nil)
			if code == 404 {
				break
			}
			var items []json.RawMessage
			if err := json.Unmarshal(page[o.List], &items); err != nil || code != 200 || len(items) > 1 {
				h.t.Fatalf("%s: %d %s", o.ID, code, page)
			}
			for _, x := range items {
				if seen[string(x)] {
					h.t.Errorf("%s: twice on its pages: %s", o.ID, x)
				}
				seen[string(x)] = true
			}
			if page["next"] == nil {
				break
			}
			if err := json.Unmarshal(page["next"], &after); err != nil {
				h.t.Fatal(err)
			}
			turned++
		}
		if code, f := h.try(op{method: "GET", path: o.path + "?limit=0", ID: o.ID, Responses: o.Responses},
			bearer(officeToken)); code != 422 && code != 400 && code != 404 {
			h.t.Errorf("%s takes any limit: %d %+v", o.ID, code, f)
		}
	}
	if turned < 20 {
		h.t.Errorf("only %d pages were turned", turned)
	}
}

// A session gives orders from pages of this server alone, in the name of who signed in; an order with a key of its own
// is carried out once.
func TestOrdersOfPeople(t *testing.T) {
	t.Parallel()
	h := start(t, func(c *config.Config) { c.HTTP.Token = config.Plain(officeToken) })
	const password = "Rexian-12366"
	h.told("PUT", "/api/v1/users/wang", api.UserOrder{Password: password, Roles: []string{"supervisor"}}, nil, nil)
	cookie, s := h.signsIn("wang", password)
	if s.Name != "wang" || !slices.Contains(s.Permits, api.SetClosures) {
		t.Fatalf("%+v", s)
	}
	order := func(body, key, origin string) (int, string) {
		return h.ask("POST", "/api/v1/closures", body, func(r *http.Request) {
			cookie(r)
			if key != "" {
				r.Header.Set("Idempotency-Key", key)
			}
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
		})
	}
	if code, text := order(`{"by": "boss"}`, "", "http://evil.example"); code != 403 ||
		!strings.Contains(text, "origin") {
		t.Errorf("from another page: %d %s", code, text)
	}
	code, first := order(`{"by": "boss"}`, "k1", "http://"+h.Web().String())
	if code != 200 || !strings.Contains(first, `"by":"wang"`) {
		t.Errorf("%d %s", code, first)
	}
	if code, again := order(`{"by": "boss"}`, "k1", ""); code != 200 || again != first {
		t.Errorf("again: %d %s, the first time %s", code, again, first)
	}
	if code, text := order(`{"by": "x"}`, "k1", ""); code != 422 || !strings.Contains(text, "other_order") {
		t.Errorf("another order: %d %s", code, text)
	}
	var now struct{ Closures []api.Closure }
	if h.told("GET", "/api/v1/closures", nil, &now, nil); len(now.Closures) != 1 {
		t.Errorf("%d closures", len(now.Closures))
	}
	if code, _ := h.ask("DELETE", "/api/v1/session", "", cookie); code != 200 {
		t.Errorf("sign out: %d", code)
	}
	if code, text := h.ask("GET", "/api/v1/session", "", cookie); code != 401 || !strings.Contains(text, "sign_in") {
		t.Errorf("afterwards: %d %s", code, text)
	}
	var live api.LiveSnapshot
	if code := h.told("GET", "/api/v1/live", nil, &live, nil); code != 200 || live.Cursor == "" || len(live.Data) != 5 {
		t.Errorf("live: %d %+v", code, live)
	}
	if code, text := h.ask("GET", "/", "", nil); code != 200 || !strings.Contains(text, "/openapi.json") {
		t.Errorf("the root: %d %s", code, text)
	}
	if code, text := h.ask("GET", "/nothing", "", nil); code != 404 || !strings.Contains(text, `"code":"not_found"`) {
		t.Errorf("nothing: %d %s", code, text)
	}
}
