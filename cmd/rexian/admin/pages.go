package admin

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// most is how much of a list is asked for.
type most struct {
	Most int `short:"n" help:"list_most" default:"50"`
}

// perPage is how many entries are asked for at once.
const perPage = 200

// pages asks for a list, up to most of it.
func pages[T any](f Flags, a *cli.App, path, key string, v url.Values, m most) ([]T, *api.Fault, error) {
	if m.Most < 1 || m.Most > 10_000 {
		return nil, nil, a.Usage("-n 是 1 到 10000", "-n is 1 to 10000")
	}
	return walk[T](f, a, path, key, v, m.Most)
}

// Whole asks for a list, which key names in the answers, and for all pages that the server makes of it.
func Whole[T any](f Flags, a *cli.App, path, key string, v url.Values) ([]T, *api.Fault, error) {
	return walk[T](f, a, path, key, v, 0)
}

// walk asks for a list page by page, up to most entries of it; 0 is all.
func walk[T any](f Flags, a *cli.App, path, key string, v url.Values, most int) ([]T, *api.Fault, error) {
	all, asked := []T{}, url.Values{}
	maps.Copy(asked, v)
	for next := "."; next != "" && (most == 0 || len(all) < most); {
		if most > 0 {
			asked.Set("limit", strconv.Itoa(min(most-len(all), perPage)))
		}
		page, at := map[string]json.RawMessage{}, path
		if len(asked) > 0 {
			at += "?" + asked.Encode()
		}
		if fault, err := f.Ask(a, http.MethodGet, at, nil, &page); err != nil || fault != nil {
			return nil, fault, err
		}
		var some []T
		next = ""
		for name, into := range map[string]any{key: &some, "next": &next} {
			if text := page[name]; text != nil {
				if err := json.Unmarshal(text, into); err != nil {
					return nil, nil, a.Usage("看不懂 %s 的回答：%v", "the answer of %s is not understood: %v", f.HTTP, err)
				}
			}
		}
		all = append(all, some...)
		asked.Set("after", next)
	}
	return all, nil, nil
}

// query is what of some parameters is given.
func query(parameters map[string]string) url.Values {
	v := url.Values{}
	for key, s := range parameters {
		if s != "" {
			v.Set(key, s)
		}
	}
	return v
}

// told shows an answer: as JSON where that is asked for, else in lines. fault is put into words by why.
func told[T any](f Flags, a *cli.App, answer T, fault *api.Fault, err error, show func(*cli.App, T),
	why map[string]text) error {
	switch {
	case err != nil:
		return err
	case fault != nil:
		if t, ok := why[fault.Reason]; ok {
			return a.Usage("%s", "%s", t.In(a.Tongue))
		}
		return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(fault.Error))
	case f.JSON:
		return cli.WriteJSON(a.Out, answer)
	}
	show(a, answer)
	return nil
}
