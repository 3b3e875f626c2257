package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/server"
	"rexian/cmd/rexian/source"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/runtime/exchange"
)

type phoneCmd struct {
	From   string `help:"sim_from" default:"13800138000"`
	Flows  string `help:"phone_flows" placeholder:"DIR" default:"flows"`
	Save   string `help:"phone_save" placeholder:"FILE.wav"`
	User   string `help:"phone_user"`
	Listen string `help:"phone_listen" placeholder:"IP"`
	Plain  bool   `help:"sim_plain"`
	Target string `arg:"" help:"phone_target"`
}

func (phoneCmd) Help() string {
	return "  rexian phone sip:12366@127.0.0.1:5060\n  rexian phone --save call.wav 12366@10.0.0.5\n  printf '1\\n2\\n' | rexian phone 12366@127.0.0.1"
}

func (c *phoneCmd) Run(a *app) error {
	target, err := handset.Target(c.Target)
	if err != nil {
		return a.Usage("“%s”不是可以拨打的地址，要写成 sip:12366@127.0.0.1:5060",
			"%q cannot be called; write sip:12366@127.0.0.1:5060", c.Target)
	}
	o := handset.Options{}
	if c.Listen != "" {
		if o.Listen, err = handset.Address(c.Listen); err != nil {
			return a.Usage("%s 不是 IP 地址", "%s is no IP address", c.Listen)
		}
	}
	if _, err := os.Stat(a.File(c.Flows)); err == nil {
		voices, err := exchange.NewVoices(exchange.VoiceOptions{Packs: []string{source.Voices(a.File(c.Flows))},
			Spoken: server.Spoken})
		if err != nil {
			return cli.Wrong(err)
		}
		o.Index = voices.Ears()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	call := handset.CallOptions{From: c.From, Keep: c.Save != ""}
	if c.User != "" {
		call.Auth = &sip.Credentials{User: c.User, Secret: digest.NewSecret(os.Getenv("REXIAN_PHONE_PASSWORD"))}
	}
	err = a.phone(ctx, o, target, call, c.Plain, c.Save)
	return err
}

// callServer is a call from this terminal to a server in this process.
func (a *app) callServer(ctx context.Context, s *server.Server, number string) error {
	return a.phone(ctx, handset.Options{Index: s.Voices().Ears()}, "sip:"+number+"@"+hostOf(s.Addrs()),
		handset.CallOptions{From: "13800138000"}, false, "")
}

// phone places a call and lets the user talk to it with keys.
func (a *app) phone(ctx context.Context, o handset.Options, target string, call handset.CallOptions, plain bool,
	save string) error {
	tel, err := handset.New(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if err := tel.Close(); err != nil {
			fmt.Fprintln(a.Err, "rexian:", err)
		}
	}()
	fmt.Fprintln(a.Err, a.Say("正在呼叫 %s …", "calling %s …", target))
	ringing, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := tel.Dial(ringing, target, call)
	if err != nil {
		var f *sip.Failure
		if errors.As(err, &f) {
			fmt.Fprintln(a.Err, a.Say("没有接通：%d %s", "not connected: %d %s", f.Status, f.Reason))
			return cli.ErrFindings
		}
		return err
	}
	if a.Screen && !plain {
		err = a.phoneScreen(ctx, c)
	} else {
		err = a.phoneLines(ctx, c)
	}
	c.Hangup()
	<-c.Done()
	if save != "" {
		path, pathErr := filepath.Abs(a.File(save))
		if pathErr == nil {
			pathErr = c.Save(path)
		}
		if pathErr != nil {
			return errors.Join(err, pathErr)
		}
		fmt.Fprintln(a.Err, a.Say("通话已存为 %s", "the call is saved as %s", save))
	}
	return err
}

// settle is how long the other side must be silent before the next line of a pipe is keyed.
const settle = 800 * time.Millisecond

// phoneLines is a call by lines: each line of the input is keyed when the other side has said what it had to say.
func (a *app) phoneLines(ctx context.Context, c *handset.Call) error {
	fmt.Fprintln(a.Err, a.Say("接通。输入按键；空行=等下一句，h=挂机",
		"connected. Type keys; an empty line waits for the next words, h hangs up"))
	shown, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(shown)
		a.tell(c, stop)
	}()
	in := bufio.NewScanner(a.In)
	pressed := time.Now()
	for a.listen(ctx, c, pressed) && in.Scan() {
		line := strings.NewReplacer("＊", "*", "＃", "#").Replace(strings.TrimSpace(in.Text()))
		switch {
		case line == "h":
			c.Hangup()
		case strings.Trim(line, "0123456789*#") != "":
			fmt.Fprintln(a.Err, a.Say("只能输入 0-9、* 和 #", "only 0-9, * and # are keys"))
		case line != "":
			c.Press(line)
			time.Sleep(time.Duration(len(line))*160*time.Millisecond + 300*time.Millisecond)
		}
		pressed = time.Now()
	}
	a.listen(ctx, c, pressed)
	close(stop)
	<-shown
	return in.Err()
}

// answerTime is how long the other side may think before it says something to a key: a lookup takes seconds.
const answerTime = 6 * time.Second

// listen returns when the other side has said something since a moment and has then been silent for a while; false if
// the call is over.
func (a *app) listen(ctx context.Context, c *handset.Call, since time.Time) bool {
	limit := time.NewTimer(90 * time.Second)
	defer limit.Stop()
	check := time.NewTicker(50 * time.Millisecond)
	defer check.Stop()
	for {
		select {
		case <-c.Done():
			return false
		case <-ctx.Done():
			return false
		case <-limit.C:
			return true
		case <-check.C:
			quiet := c.Quiet()
			if spoke := time.Now().Add(-quiet).After(since); quiet > settle &&
				(spoke || time.Since(since) > answerTime) {
				return true
			}
		}
	}
}

// tell prints what is heard, as whole sentences: words that follow one another without a pause are one line.
func (a *app) tell(c *handset.Call, stop <-chan struct{}) {
	n := 0
	for {
		words, more := c.Words(n)
		a.showWords(words)
		n += len(words)
		select {
		case <-more:
		case <-stop:
			c.Flush()
			words, _ := c.Words(n)
			a.showWords(words)
			return
		}
	}
}

// showWords prints what was heard. Of words that were cut off at once there is nothing to print.
func (a *app) showWords(words []handset.Word) {
	for _, w := range words {
		if text := handset.Show(w); text != "—" {
			fmt.Fprintln(a.Out, "  "+text)
		}
	}
}
