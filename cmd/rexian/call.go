package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/lang/diag"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

type simCmd struct {
	At     string   `help:"sim_at" placeholder:"2026-10-12T09:30"`
	From   string   `help:"sim_from" default:"13800138000"`
	Member []string `help:"sim_member" placeholder:"LIST=NUMBER"`
	On     []string `help:"sim_on" placeholder:"SWITCH"`
	Ends   []string `help:"sim_ends" placeholder:"ACT=OUTCOME"`
	Plain  bool     `help:"sim_plain"`
	settingFlags
	Path   string `arg:"" help:"path"`
	Number string `arg:"" help:"sim_number"`
}

func (simCmd) Help() string {
	return "  rexian sim flows 12366\n  rexian sim --at 2026-10-12T09:30 flows 12366\n  printf '2\\n1\\n' | rexian sim flows 12366"
}

// call is a simulated call with what has been shown of it.
type call struct {
	*sim.Call
	app     *app
	program *bundle.Program
	sources *program
	zone    *time.Location
	heard   int // utterances shown
	facts   int
}

func (c *simCmd) Run(a *app) error {
	running, err := c.dial(a)
	if err != nil {
		return err
	}
	if a.Screen && !c.Plain {
		return running.full()
	}
	return running.lines()
}

// dial makes the call; it has not begun.
func (c *simCmd) dial(a *app) (*call, error) {
	p, checked, err := a.sound(c.Path, c.settingFlags)
	if err != nil {
		return nil, err
	}
	out, err := a.emit(p, checked, emit.Options{})
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(out.Program.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of the program: %w", err)
	}
	now := a.Now
	if c.At != "" {
		if now, err = momentIn(c.At, zone); err != nil {
			return nil, a.Usage("时刻请写成 2026-10-12T09:30 这样，不是“%s”", "write the moment like 2026-10-12T09:30, not %s",
				c.At)
		}
	}
	i := slices.IndexFunc(out.Program.Numbers, func(e bundle.Entry) bool { return e.Text == c.Number })
	if i < 0 {
		var numbers []string
		for _, e := range out.Program.Numbers {
			numbers = append(numbers, e.Text)
		}
		return nil, a.Usage("没有接入号 %s；有：%s", "%s is no number of the program; there are: %s", c.Number,
			strings.Join(numbers, ", "))
	}
	image, err := vm.Load(out.Program)
	if err != nil {
		return nil, err
	}
	answers, err := newSamples(out.Program, p.Options.Library, c.Member)
	if err != nil {
		return nil, err
	}
	for _, s := range c.Ends {
		act, outcome, _ := strings.Cut(s, "=")
		kind, tag, err := ending(a, act, outcome)
		if err != nil {
			return nil, err
		}
		answers.ends[kind] = tag
	}
	for _, name := range c.On {
		k := slices.IndexFunc(out.Program.Switches, func(s bundle.Switch) bool { return s.Name == name })
		if k < 0 {
			return nil, a.Usage("没有开关“%s”", "there is no switch %s", name)
		}
		answers.switches[k] = !out.Program.Switches[k].On
	}
	return &call{app: a, program: out.Program, sources: p, zone: zone,
		Call: sim.New(sim.Options{Image: image, Func: int(out.Program.Numbers[i].Func), Now: now.UnixMilli(),
			Number: c.Number,
			Caller: c.From, Answers: answers})}, nil
}

// lines is a call by lines, for pipes and for those who read with their ears: each line of the input is
// what the caller does, and what then happens is printed until the call waits again.
func (c *call) lines() error {
	a := c.app
	fmt.Fprintln(a.Out, a.Say("按键直接输入；空行=不按键，w 5=等5秒，a=座席接听，e=座席挂机，h=挂机",
		"type keys; an empty line presses nothing, w 5 waits 5 s, a: an agent answers, e: the agent hangs up, h: hang up"))
	c.Start()
	c.Rest()
	c.show()
	in := bufio.NewScanner(a.In)
	for {
		if _, over := c.Over(); over || c.Err() != nil || !in.Scan() {
			break
		}
		if !c.do(strings.TrimSpace(in.Text())) {
			fmt.Fprintln(a.Out, a.Say("这里不能这样做", "that cannot be done here"))
			continue
		}
		c.Rest()
		c.show()
	}
	c.Hangup()
	c.show()
	if err := c.Err(); err != nil {
		return err
	}
	how, _ := c.Over()
	fmt.Fprintln(a.Out, a.Say("通话结束：%s，历时 %s", "the call is over: %s, after %s", a.ending(how),
		elapsed(c.Now()-c.Started())))
	return in.Err()
}

// ending says how a call ended.
func (a *app) ending(how vm.End) string {
	names := map[vm.End]diag.Text{
		vm.EndHangup: {Zh: "流程挂机", En: "the flow hung up"}, vm.EndReject: {Zh: "没有接听", En: "not answered"},
		vm.EndMail: {Zh: "留言后挂机", En: "after a voicemail"}, vm.EndReturn: {Zh: "流程结束", En: "the flow came to its end"},
		vm.EndCaller:   {Zh: "主叫挂机", En: "the caller hung up"},
		vm.EndApology:  {Zh: "三次出错，致歉挂机", En: "an apology after the third error"},
		vm.EndDeparted: {Zh: "已转出", En: "transferred"},
	}
	if t, ok := names[how]; ok {
		return t.In(a.Tongue)
	}
	return how.String()
}

// do does what a line says; false if that is nothing that can be done.
func (c *call) do(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "":
		c.wait()
	case "w":
		var seconds int64
		if _, err := fmt.Sscanf(rest, "%d", &seconds); err != nil || seconds < 1 || seconds > 3600 {
			return false
		}
		c.RunUntil(c.Now() + seconds*1000)
	case "a":
		return c.AgentAnswers()
	case "e":
		return c.AgentHangsUp()
	case "h":
		c.Hangup()
	default:
		keys := strings.NewReplacer("＊", "*", "＃", "#").Replace(line)
		if strings.Trim(keys, "0123456789*#") != "" {
			return false
		}
		c.Press(keys, sim.KeyGap)
	}
	return true
}

// wait lets the open question run out of time, or a minute pass where there is none.
func (c *call) wait() {
	if _, asking := c.Session().Asking(); asking {
		c.SayNothing()
		return
	}
	c.RunUntil(c.Now() + 60_000)
}

// entry is one line of the course of a call.
type entry struct {
	at    int64 // Unix milliseconds
	text  string
	said  bool
	place string
}

// news is what has happened since the last call of news, in the order of time.
func (c *call) news() []entry {
	var list []entry
	for ; c.heard < len(c.Heard); c.heard++ {
		u := c.Heard[c.heard]
		text := u.Text
		if u.Cut {
			text += "—"
		}
		list = append(list, entry{u.At, text, true, c.place(u.Func, u.PC)})
	}
	for ; c.facts < len(c.Facts); c.facts++ {
		f := c.Facts[c.facts]
		if f.Kind == sim.Pressed { // the keys may be a PIN
			continue
		}
		list = append(list, entry{f.At, "· " + strings.TrimSpace(c.app.deed(string(f.Kind))+" "+f.Name+" "+f.Text),
			false, c.place(f.Func, f.PC)})
	}
	slices.SortStableFunc(list, func(a, b entry) int { return int(a.at - b.at) })
	return list
}

func (c *call) show() {
	for _, e := range c.news() {
		fmt.Fprintln(c.app.Out, c.line(e))
	}
}

func (c *call) line(e entry) string {
	line := elapsed(e.at-c.Started()) + "  " + e.text
	if e.place != "" {
		line += "  [" + e.place + "]"
	}
	return line
}

// place is where in the sources an instruction comes from.
func (c *call) place(fn, pc int) string {
	file, start, _, ok := c.program.Place(fn, pc)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", file, diag.Place(c.sources.Source(file), start).Line)
}
