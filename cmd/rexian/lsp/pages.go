package lsp

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rexian/lang/diag"
)

// pages are the pages of the catalogue that findings point at: files of Markdown, which every editor opens, written
// when a code is first met and taken away when the server ends.
type pages struct {
	tongue diag.Tongue
	dir    string
	known  map[diag.Code]string
}

// of is the address of a code's page; "" if the code has none.
func (p *pages) of(code diag.Code) (string, error) {
	if uri, ok := p.known[code]; ok {
		return uri, nil
	}
	e, ok := diag.Lookup(code)
	if !ok {
		return "", nil
	}
	if p.dir == "" {
		dir, err := os.MkdirTemp("", "rexian-lsp-")
		if err != nil {
			return "", fmt.Errorf("make the folder of the catalogue's pages: %w", err)
		}
		p.dir, p.known = dir, map[diag.Code]string{}
	}
	say := func(zh, en string) string { return diag.Text{Zh: zh, En: en}.In(p.tongue) }
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n%s\n", code, e.Message.In(p.tongue), e.Explain.In(p.tongue))
	for _, part := range []struct{ title, text string }{{say("不对", "Wrong"), e.Bad}, {say("对", "Right"), e.Good}} {
		if part.text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n```rexian\n%s```\n", part.title, cut(part.text))
		}
	}
	path := filepath.Join(p.dir, string(code)+".md")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return "", fmt.Errorf("write the page of %s: %w", code, err)
	}
	p.known[code] = uriOf(path)
	return p.known[code], nil
}

// cut shortens a program that is only long to prove a point.
func cut(text string) string {
	const most = 40
	if lines := strings.SplitAfter(text, "\n"); len(lines) > most+1 {
		return strings.Join(lines[:most], "") + "…\n"
	}
	return text
}

func (p *pages) remove() {
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // of the system's folder for such files, which it cleans itself
	}
}
