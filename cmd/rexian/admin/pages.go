package admin

import (
	"encoding/json"
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

// pages asks for a list, page by page, up to most of it; key is the field of the answer that has it.
func pages[T any](f Flags, a *cli.App, path, key string, v url.Values, m most) ([]T, *api.Fault, error) {
	if m.Most < 1 || m.Most > 10_000 {
		return nil, nil, a.Usage("-n 是 1 到 10000", "-n is 1 to 10000")
	}
	all := []T{}
	for len(all) < m.Most {
		var answer map[string]json.RawMessage
		v.Set("limit", strconv.Itoa(min(m.Most-len(all), perPage)))
		if fault, err := f.Ask(a, http.MethodGet, path+"?"+v.Encode(), nil, &answer); err != nil || fault != nil {
			return nil, fault, err
		}
		var some []T
		if err := json.Unmarshal(answer[key], &some); err != nil {
			return nil, nil, a.Usage("看不懂 %s 的回答：%v", "the answer of %s is not understood: %v", f.HTTP, err)
		}
		all = append(all, some...)
		var next string
		if answer["next"] == nil || json.Unmarshal(answer["next"], &next) != nil || next == "" {
			break
		}
		v.Set("after", next)
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
