package lsp

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"rexian/lang/diag"
)

// A browser opens the pages of the catalogue where it has its editor: at the address of the WebSocket, with these
// beside it.
const (
	findingParam = "finding"
	tongueParam  = "lang"
)

// catalogueOf is where the pages of the catalogue are for an editor that a request connects, without their codes. A
// browser says from which page it comes, and so by which scheme it sees this server.
func catalogueOf(r *http.Request) *url.URL {
	at := &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	from, err := url.Parse(r.Header.Get("Origin"))
	if r.TLS != nil || err == nil && from.Scheme == "https" && from.Host == r.Host {
		at.Scheme = "https"
	}
	return at
}

// remotePage is the address of a code's page for an editor in a browser; "" if the code has none.
func (s *Server) remotePage(code diag.Code) string {
	if _, ok := diag.Lookup(code); !ok || s.catalogue == nil {
		return ""
	}
	at := *s.catalogue
	q := at.Query()
	q.Set(findingParam, string(code))
	q.Set(tongueParam, map[diag.Tongue]string{diag.Zh: "zh", diag.En: "en"}[s.Tongue])
	at.RawQuery = q.Encode()
	return at.String()
}

// cataloguePage is a page of the catalogue.
var cataloguePage = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Code}}</title>
<style>body{font:16px/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
pre{background:#f4f4f4;padding:.8rem;overflow-x:auto}</style></head>
<body><h1>{{.Code}}</h1><p><strong>{{.Message}}</strong></p>
{{range .Explain}}<p>{{.}}</p>
{{end}}{{range .Examples}}<h2>{{.Title}}</h2><pre>{{.Text}}</pre>
{{end}}</body></html>
`))

// servePage answers with the page of a code.
func servePage(w http.ResponseWriter, r *http.Request) {
	code := diag.Code(r.URL.Query().Get(findingParam))
	e, ok := diag.Lookup(code)
	if !ok {
		http.Error(w, "there is no such finding", http.StatusNotFound)
		return
	}
	tongue, lang := diag.Zh, "zh"
	if r.URL.Query().Get(tongueParam) == "en" {
		tongue, lang = diag.En, "en"
	}
	type example struct{ Title, Text string }
	page := struct {
		Lang, Message string
		Code          diag.Code
		Explain       []string
		Examples      []example
	}{Lang: lang, Code: code, Message: e.Message.In(tongue), Explain: strings.Split(e.Explain.In(tongue), "\n\n")}
	for _, x := range []example{{diag.Text{Zh: "不对", En: "Wrong"}.In(tongue), e.Bad},
		{diag.Text{Zh: "对", En: "Right"}.In(tongue), e.Good}} {
		if x.Text != "" {
			page.Examples = append(page.Examples, example{x.Title, cut(x.Text)})
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = cataloguePage.Execute(w, page) // who asked has gone if this fails
}
