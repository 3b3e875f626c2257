package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
)

// TestScreen drives the full-screen call without a terminal: words appear as they are spoken, keys are
// never shown, time runs and can be skipped, no row is wider than the screen.
func TestScreen(t *testing.T) {
	var out bytes.Buffer
	a := &app{App: cli.App{In: strings.NewReader(""), Out: &out, Err: &out, Now: time.Unix(0, 0)}}
	cmd := &simCmd{At: "2026-10-12T09:30", From: "13800138000", Path: flows(t), Number: "12366"}
	c, err := cmd.dial(a)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	s := &screen{call: c}
	c.Start()
	s.note()
	s.Update(tea.WindowSizeMsg{Width: 60, Height: 20})
	press := func(keys string) {
		for _, r := range keys {
			s.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	skip := func() { s.Update(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}) }
	holds := func(want string) {
		t.Helper()
		if !strings.Contains(strings.ReplaceAll(s.View().Content, "\n         ", ""), want) {
			t.Fatalf("no %s on\n%s", want, s.View().Content)
		}
	}
	for range 10 {
		s.Update(ticked{})
	}
	holds("您好，欢迎▌")
	holds("00:01.0")
	holds("播放中")
	skip()
	holds("等待按键")
	press("1")
	skip()
	press("2")
	skip()
	press("1")
	skip()
	press("91370100100000")
	holds("⌨ ••••••••••••••")
	press("0409#")
	skip()
	holds("查询密码")
	press("987612")
	if strings.Contains(s.View().Content, "9876") {
		t.Error("the keys are on the screen")
	}
	skip()
	holds("欠税")
	for _, row := range strings.Split(s.View().Content, "\n") {
		if n := diag.Cells(row); n > 60 {
			t.Errorf("a row of %d cells: %s", n, row)
		}
	}
	if n := strings.Count(s.View().Content, "\n") + 1; n != 20 {
		t.Errorf("%d rows", n)
	}
	press("h")
	holds("通话结束")
	if _, cmd := s.Update(tea.KeyPressMsg{Code: 'q', Text: "q"}); cmd == nil {
		t.Error("q does not quit")
	}
}
