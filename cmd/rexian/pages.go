package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
	"rexian/runtime/readout"
)

type explainCmd struct {
	Waits string `help:"explain_waits" placeholder:"FOLDER"`
	Code  string `arg:"" optional:"" help:"code"`
}

func (explainCmd) Help() string {
	return "  rexian explain RX3001\n  rexian explain\n  rexian explain --waits flows"
}

func (c *explainCmd) Run(a *app) error {
	if c.Waits != "" {
		return a.waits(c.Waits)
	}
	if c.Code == "" {
		for _, e := range diag.All() {
			fmt.Fprintf(a.Out, "%s  %s  %s\n", e.Code, e.Severity.Word(a.Tongue), blanks(e.Message.In(a.Tongue)))
		}
		return nil
	}
	e, ok := diag.Lookup(diag.Code(strings.ToUpper(c.Code)))
	if !ok {
		return a.Usage("没有代码 %s；rexian explain 列出全部", "there is no code %s; rexian explain lists them", c.Code)
	}
	fmt.Fprintf(a.Out, "%s  %s\n%s\n\n%s\n", e.Code, e.Severity.Word(a.Tongue), blanks(e.Message.In(a.Tongue)),
		e.Explain.In(a.Tongue))
	for _, part := range []struct{ title, text string }{{a.Say("不对：", "Wrong:"), e.Bad},
		{a.Say("对：", "Right:"), e.Good}} {
		if part.text != "" {
			fmt.Fprintf(a.Out, "\n%s\n%s", part.title, indent(part.text))
		}
	}
	return nil
}

// blanks shows a sentence's holes as dots.
func blanks(sentence string) string {
	for i := range 10 {
		sentence = strings.ReplaceAll(sentence, fmt.Sprintf("{%d}", i), "…")
	}
	return sentence
}

// indent sets a program off, and cuts one that is only long to prove a point.
func indent(text string) string {
	const most = 40
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > most {
			b.WriteString("  …\n")
			break
		}
		b.WriteString("  " + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

type readoutCmd struct {
	Lang    string   `help:"readout_lang" default:"zh"`
	As      string   `help:"readout_as" required:""`
	Style   string   `help:"readout_style" default:""`
	Written bool     `help:"written"`
	Values  []string `arg:"" name:"value" help:"value"`
}

func (readoutCmd) Help() string {
	return "  rexian readout --lang zh --as money 1200.50\n  rexian readout --lang en --as date 2026-10-01\n  rexian readout --as number --style ordinal 2"
}

func (c *readoutCmd) Run(a *app) error {
	if _, ok := readout.Lookup(c.Lang); !ok {
		return a.Usage("没有语言“%s”；有：%s", "there is no language %s; there are: %s", c.Lang,
			strings.Join(readout.Languages(), ", "))
	}
	style := readout.Default
	if c.Style != "" {
		s, ok := readout.ParseStyle(c.Style)
		if !ok {
			return a.Usage("没有读法“%s”", "there is no style %s", c.Style)
		}
		style = s
	}
	for _, text := range c.Values {
		v, err := readout.ParseValue(c.As, text)
		if err != nil {
			return cli.Wrong(err)
		}
		if c.Written {
			fmt.Fprintln(a.Out, readout.Write(c.Lang, v, style, readout.Context{}))
		} else {
			fmt.Fprintln(a.Out, readout.Speak(c.Lang, v, style, readout.Context{}))
		}
	}
	return nil
}

type completionCmd struct {
	Shell string `arg:"" help:"shell" enum:"bash,zsh,fish"`
}

func (completionCmd) Help() string {
	return "  rexian completion bash > /etc/bash_completion.d/rexian\n  rexian completion fish > ~/.config/fish/completions/rexian.fish"
}

func (c *completionCmd) Run(a *app) error {
	names := subcommands(a.model.Node)
	switch c.Shell {
	case "fish":
		for _, n := range a.model.Children {
			fmt.Fprintf(a.Out, "complete -c rexian -n __fish_use_subcommand -a %s -d %q\n", n.Name, n.Help)
			for _, f := range n.Flags {
				fmt.Fprintf(a.Out, "complete -c rexian -n '__fish_seen_subcommand_from %s' -l %s -d %q\n", n.Name,
					f.Name, f.Help)
			}
		}
		return nil
	case "zsh":
		fmt.Fprintln(a.Out, "autoload -U +X bashcompinit && bashcompinit")
	}
	fmt.Fprintf(a.Out,
		"_rexian() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words\n  case ${COMP_CWORD} in\n  1) words=%q ;;\n  *) case ${COMP_WORDS[1]} in\n",
		strings.Join(names, " "))
	for _, n := range a.model.Children {
		words := subcommands(n)
		for _, f := range n.Flags {
			words = append(words, "--"+f.Name)
		}
		fmt.Fprintf(a.Out, "    %s) words=%q ;;\n", n.Name, strings.Join(words, " "))
	}
	fmt.Fprint(a.Out,
		"    esac ;;\n  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _rexian rexian\n")
	return nil
}

func subcommands(n *kong.Node) []string {
	var names []string
	for _, c := range n.Children {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}
