package main

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexian/lang/diag"
)

// full is a call on the whole screen: what is said appears as it is spoken, keys are pressed as they
// are typed, and time runs like a clock until the caller skips it.
func (c *call) full() error {
	s := &screen{call: c}
	c.Start()
	s.note()
	_, err := tea.NewProgram(s, tea.WithInput(c.app.In), tea.WithOutput(c.app.Out)).Run()
	if err != nil {
		return fmt.Errorf("simulate on the screen: %w", err)
	}
	return c.Err()
}

// screen is the state of the terminal beside that of the call.
type screen struct {
	*call
	course        []entry
	pressed       int // keys since the last thing that was said; shown as dots, they may be a PIN
	width, height int
}

// frame is how often the clock moves on.
const frame = 100 * time.Millisecond

type ticked struct{}

func tick() tea.Cmd { return tea.Tick(frame, func(time.Time) tea.Msg { return ticked{} }) }

func (s *screen) Init() tea.Cmd { return tick() }

func (s *screen) over() bool {
	_, over := s.Over()
	return over || s.Err() != nil
}

// note takes up what has happened. The last utterance stays open while it is being said.
func (s *screen) note() {
	for _, e := range s.news() {
		if e.said {
			s.pressed = 0
		}
		s.course = append(s.course, e)
	}
}

func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = m.Width, m.Height
	case ticked:
		if !s.over() {
			s.RunUntil(s.Now() + frame.Milliseconds())
			s.note()
		}
		return s, tick()
	case tea.KeyPressMsg:
		if quit := s.key(m.String()); quit {
			return s, tea.Quit
		}
		s.note()
	}
	return s, nil
}

// key does what a key of the keyboard stands for; true ends the program.
func (s *screen) key(key string) bool {
	switch key {
	case "ctrl+c", "q", "esc":
		s.Hangup()
		return true
	case "space", " ", "right": // until the call waits for somebody
		if s.Resting() {
			s.wait()
		}
		s.Rest()
	case "a":
		s.AgentAnswers()
	case "e":
		s.AgentHangsUp()
	case "h":
		s.Hangup()
	case "＊":
		s.press("*")
	case "＃", "enter":
		s.press("#")
	default:
		if len(key) == 1 && strings.Contains("0123456789*#", key) {
			s.press(key)
		}
	}
	return false
}

func (s *screen) press(key string) {
	if s.over() {
		return
	}
	s.pressed++
	s.Press(key, 0)
}

func (s *screen) View() tea.View {
	width, height := max(s.width, 20), max(s.height, 6)
	var rows []string
	for i, e := range s.course {
		rows = append(rows, wrap(s.line(s.spoken(i, e)), width)...)
	}
	if s.pressed > 0 {
		rows = append(rows, "         ⌨ "+strings.Repeat("•", min(s.pressed, width/2)))
	}
	body := height - 3
	if len(rows) > body {
		rows = rows[len(rows)-body:]
	}
	for len(rows) < body {
		rows = append(rows, "")
	}
	rows = append(rows, strings.Repeat("─", width), clip(s.status(), width),
		clip(s.app.Say("0-9 * # 按键  空格 跳过时间  a 座席接听  e 座席挂机  h 挂机  q 退出",
			"0-9 * # keys  space skip time  a agent answers  e agent hangs up  h hang up  q quit"), width))
	v := tea.NewView(strings.Join(rows, "\n"))
	v.AltScreen = true
	return v
}

// spoken cuts the utterance that is being said at what has been said of it.
func (s *screen) spoken(i int, e entry) entry {
	u, speaking := s.Speaking()
	if !speaking || !e.said || e.at != u.At || i < len(s.course)-4 {
		return e
	}
	letters := []rune(u.Text)
	n := 0
	for n < len(letters) && u.SpokenAt(n+1) <= s.Now() {
		n++
	}
	if n < len(letters) {
		e.text, e.place = string(letters[:n])+"▌", ""
	}
	return e
}

// status is the clock, where the flow is, and what it waits for.
func (s *screen) status() string {
	now := time.UnixMilli(s.Now()).In(s.zone)
	state := s.app.Say("进行中", "running")
	switch how, over := s.Over(); {
	case s.Err() != nil:
		state = s.Err().Error()
	case over:
		state = s.app.Say("通话结束：", "over: ") + s.app.ending(how)
	case s.Session().Talking():
		state = s.app.Say("座席通话中", "talking to an agent")
	default:
		if _, speaking := s.Speaking(); speaking {
			state = s.app.Say("播放中", "speaking")
		} else if _, asking := s.Session().Asking(); asking {
			state = s.app.Say("等待按键", "waiting for keys")
		} else if e, working := s.Session().Working(); working {
			state = s.app.deed(e.Kind.String())
		}
	}
	return fmt.Sprintf("%s  %s  %s  %s", now.Format("2006-01-02 15:04:05"), elapsed(s.Now()-s.Started()),
		s.place(s.Place()), state)
}

// wrap breaks a line at the width of the screen, by cells.
func wrap(text string, width int) []string {
	var rows []string
	row, cells := "", 0
	for _, r := range text {
		w := diag.Cells(string(r))
		if cells+w > width {
			rows = append(rows, row)
			row, cells = "         ", 9
		}
		row, cells = row+string(r), cells+w
	}
	return append(rows, row)
}

func clip(text string, width int) string {
	cells := 0
	for i, r := range text {
		if cells += diag.Cells(string(r)); cells > width {
			return text[:i]
		}
	}
	return text
}
