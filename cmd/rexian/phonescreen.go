package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexian/cmd/rexian/handset"
)

// phoneScreen is a real call on the whole screen: the words as they are heard, and keys that are pressed as they are
// typed.
func (a *app) phoneScreen(ctx context.Context, c *handset.Call) error {
	s := &phoneModel{app: a, call: c, began: time.Now()}
	_, err := tea.NewProgram(s, tea.WithInput(a.In), tea.WithOutput(a.Out), tea.WithContext(ctx)).Run()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("the call on the screen: %w", err)
	}
	return nil
}

// phoneModel is the state of the terminal.
type phoneModel struct {
	app           *app
	call          *handset.Call
	began         time.Time
	rows          []string
	heard         int
	pressed       int // keys since the last words; shown as dots, they may be a PIN
	over          bool
	width, height int
}

func (s *phoneModel) Init() tea.Cmd { return tick() }

func (s *phoneModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = m.Width, m.Height
	case ticked:
		s.note()
		return s, tick()
	case tea.KeyPressMsg:
		switch key := m.String(); key {
		case "ctrl+c", "q", "esc":
			return s, tea.Quit
		case "h":
			s.call.Hangup()
		case "＊":
			s.press("*")
		case "＃", "enter":
			s.press("#")
		default:
			if len(key) == 1 && strings.Contains("0123456789*#", key) {
				s.press(key)
			}
		}
	}
	return s, nil
}

func (s *phoneModel) press(key string) {
	if s.over {
		return
	}
	if s.pressed == 0 {
		s.rows = append(s.rows, "")
	}
	s.pressed++
	s.rows[len(s.rows)-1] = "         ⌨ " + strings.Repeat("•", s.pressed)
	s.call.Press(key)
}

// note takes up what has been heard.
func (s *phoneModel) note() {
	words, _ := s.call.Words(s.heard)
	s.heard += len(words)
	for _, w := range words {
		s.pressed = 0
		s.rows = append(s.rows, elapsed(w.When.Sub(s.began).Milliseconds())+"  "+handset.Show(w))
	}
	select {
	case <-s.call.Done():
		if !s.over {
			s.over = true
			s.call.Flush()
			s.rows = append(s.rows, s.app.Say("— 通话结束 —", "— the call is over —"))
		}
	default:
	}
}

func (s *phoneModel) View() tea.View {
	width, height := max(s.width, 20), max(s.height, 6)
	var rows []string
	for _, r := range s.rows {
		rows = append(rows, wrap(r, width)...)
	}
	body := height - 3
	if len(rows) > body {
		rows = rows[len(rows)-body:]
	}
	for len(rows) < body {
		rows = append(rows, "")
	}
	state := s.app.Say("通话中", "in the call")
	if s.over {
		state = s.app.Say("已挂机", "over")
	}
	st := s.call.Leg().Stream().Stats()
	status := fmt.Sprintf("%s  %s  RTP %d↑ %d↓ %s", elapsed(time.Since(s.began).Milliseconds()), state, st.Sent,
		st.Received, st.Remote)
	rows = append(rows, strings.Repeat("─", width), clip(status, width),
		clip(s.app.Say("0-9 * # 按键  h 挂机  q 退出", "0-9 * # keys  h hang up  q quit"), width))
	v := tea.NewView(strings.Join(rows, "\n"))
	v.AltScreen = true
	return v
}
