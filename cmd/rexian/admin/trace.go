package admin

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// TraceCmd shows the course of one call of a running server.
type TraceCmd struct {
	Flags
	ID   string `arg:"" help:"calls_id"`
	SIP  bool   `help:"trace_sip"`
	Pcap string `help:"trace_pcap" type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (TraceCmd) Help() string {
	return "  rexian trace 3k9f0…\n  rexian trace 3k9f0… --sip\n  rexian trace 3k9f0… --pcap call.pcap\n  rexian trace 3k9f0… --json"
}

// Run prints the call as a ladder.
func (c *TraceCmd) Run(a *cli.App) error {
	call, err := c.call(a, c.ID)
	if err != nil || call == nil {
		return err
	}
	var wire api.Messages
	if _, err := c.Ask(a, http.MethodGet, callsPath+"/"+url.PathEscape(c.ID)+"/messages", nil, &wire); err != nil {
		return err
	}
	showBrief(a, &call.Brief)
	for _, line := range ladder(a, call, wire.Messages) {
		fmt.Fprintln(a.Out, line)
	}
	switch {
	case !wire.Here:
		fmt.Fprintln(a.Out, a.Say("SIP 报文在节点 %s 上，到那里查", "its SIP messages are at node %s: ask there",
			cli.Printable(wire.Node)))
	case len(wire.Messages) == 0:
		fmt.Fprintln(a.Out, a.Say("SIP 报文已不在内存里（sip.trace_mb）", "its SIP messages are no longer kept (sip.trace_mb)"))
	}
	if c.SIP {
		for i := range wire.Messages {
			showMessage(a, call, &wire.Messages[i])
		}
	}
	if c.Pcap != "" {
		return writePcap(a, c.Pcap, wire.Messages)
	}
	return nil
}

// showMessage prints one SIP message whole.
func showMessage(a *cli.App, c *api.Call, m *api.Message) {
	way := "←"
	if m.Sent {
		way = "→"
	}
	fmt.Fprintf(a.Out, "\n%9.3f  %d %s %s %s\n", float64(m.At-c.Started*1000)/1e6, m.Leg, way, m.Network, m.Remote)
	for line := range strings.Lines(m.Text) {
		fmt.Fprintln(a.Out, "  "+cli.Printable(strings.TrimRight(line, "\r\n")))
	}
}

// rung is one moment of a call: of a leg, or of the flow.
type rung struct {
	at   int64 // Unix microseconds
	leg  int   // its column; −1 for the flow
	mark string
	text string
}

// legMoments names what happens to a leg.
var legMoments = map[string]diag.Text{"began": {Zh: "开始", En: "begins"}, "rang": {Zh: "振铃", En: "rings"},
	"answered": {Zh: "接通", En: "is answered"}, "ended": {Zh: "结束", En: "ends"}}

// ladder is the course of a call: a column for each leg, which is drawn as long as the leg lasts, and beside them what
// happened to the legs, on the wire and in the flow, by the time since the call began. Numbers are masked, keys
// counted.
func ladder(a *cli.App, c *api.Call, wire []api.Message) []string {
	var rungs []rung
	for i := range c.List {
		rungs = append(rungs, momentsOf(a, i, &c.List[i])...)
	}
	for _, e := range c.Events {
		text := cli.Printable(e.Kind)
		if e.Note != "" {
			text += " " + cli.Printable(e.Note)
		}
		if e.Pos != "" {
			text += "  [" + cli.Printable(e.Pos) + "]"
		}
		rungs = append(rungs, rung{e.At * 1000, -1, "", "· " + text})
	}
	for i := range wire {
		m := &wire[i]
		way := "←"
		if m.Sent {
			way = "→"
		}
		column := slices.IndexFunc(c.List, func(l api.Leg) bool { return l.Leg == m.Leg })
		rungs = append(rungs, rung{m.At, column, way, way + " " + cli.Printable(headline(m.Text))})
	}
	slices.SortStableFunc(rungs, func(a, b rung) int { return cmp.Compare(a.at, b.at) })
	lines := make([]string, len(rungs))
	for i, r := range rungs {
		var bars strings.Builder
		for n := range c.List {
			l := &c.List[n]
			switch {
			case n == r.leg:
				bars.WriteString(r.mark)
			case l.Started*1000 <= r.at && (l.Ended == 0 || r.at < l.Ended*1000):
				bars.WriteString("│")
			default:
				bars.WriteString(" ")
			}
			bars.WriteString("  ")
		}
		lines[i] = fmt.Sprintf("%9.3f  %s%s", float64(r.at-c.Started*1000)/1e6, bars.String(), r.text)
	}
	return lines
}

// headline is what a SIP message is: its first line, and of an answer what it answers.
func headline(text string) string {
	line, rest, _ := strings.Cut(text, "\r\n")
	if !strings.HasPrefix(line, "SIP/2.0 ") {
		return strings.TrimSuffix(line, " SIP/2.0")
	}
	line = strings.TrimPrefix(line, "SIP/2.0 ")
	if _, after, ok := strings.Cut(rest, "CSeq: "); ok {
		cseq, _, _ := strings.Cut(after, "\r\n")
		if _, method, ok := strings.Cut(cseq, " "); ok {
			line += " (" + method + ")"
		}
	}
	return line
}

// momentsOf are the moments of a leg.
func momentsOf(a *cli.App, column int, l *api.Leg) []rung {
	kind, ok := legKinds[l.Kind]
	if !ok {
		kind = diag.Text{Zh: cli.Printable(l.Kind), En: cli.Printable(l.Kind)}
	}
	who := kind.In(a.Tongue)
	if l.Agent != "" {
		who += " " + cli.Printable(l.Agent)
	}
	var list []rung
	add := func(at int64, moment, mark, more string) {
		if at > 0 {
			list = append(list, rung{at * 1000, column, mark,
				strings.TrimSpace(who + " " + legMoments[moment].In(a.Tongue) + "  " + more)})
		}
	}
	way := "→ "
	if l.Direction == "in" {
		way = "← "
	}
	way += cli.Printable(cli.Or(l.Number, "-"))
	if l.Trunk != "" {
		way += a.Say("  中继 %s", "  trunk %s", cli.Printable(l.Trunk))
	}
	if l.Phone != "" {
		way += a.Say("  话机 %s", "  telephone %s", cli.Printable(l.Phone))
	}
	add(l.Started, "began", "┬", way)
	add(l.Rang, "rang", "○", "")
	add(l.Answered, "answered", "●", cli.Printable(l.Codec))
	end := cli.Printable(l.Cause)
	if l.SIP > 0 {
		end += fmt.Sprintf(" SIP %d", l.SIP)
	}
	if l.Q850 > 0 {
		end += fmt.Sprintf(" Q.850 %d", l.Q850)
	}
	if l.MOS > 0 {
		end += a.Say("  收 %d 丢 %d 抖动 %.1f 毫秒 MOS %.2f", "  received %d lost %d jitter %.1f ms MOS %.2f", l.Received,
			l.Lost, l.Jitter, l.MOS)
	}
	add(l.Ended, "ended", "┴", end)
	return list
}
