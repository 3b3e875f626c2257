package exchange_test

import (
	"context"
	"errors"
	"math"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"rexian/media/announce"
	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/exchange"
	"rexian/stdlib/call"
)

const calling = head + `
流程 主流程 { 转接 "1001" 限时 20秒 否则 { 播放 "没有接通" 挂机 } }
`

// hearing keeps all that a telephone hears, and gives it to another tap.
type hearing struct {
	rtp.Tap
	mu  sync.Mutex
	all []int16
}

func (h *hearing) Samples(heard, said []int16) {
	h.mu.Lock()
	h.all = append(h.all, heard...)
	h.mu.Unlock()
	if h.Tap != nil {
		h.Tap.Samples(heard, said)
	}
}

// tones counts the tenths of a second from the given sample on that are the tone of a telephone that rings (450 Hz),
// and those that are not silent.
func (h *hearing) tones(from int) (rings, loud int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	const piece = audio.Rate / 10
	for at := from; at+piece <= len(h.all); at += piece {
		var power, re, im float64
		for i, v := range h.all[at : at+piece] {
			x, phase := float64(v), 2*math.Pi*450*float64(i)/audio.Rate
			power, re, im = power+x*x, re+x*math.Cos(phase), im+x*math.Sin(phase)
		}
		if power < 100*100*piece {
			continue
		}
		if loud++; 2*(re*re+im*im)/piece > 0.8*power {
			rings++
		}
	}
	return rings, loud
}

func (h *hearing) length() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// house1 is a house whose flow calls one telephone.
func house1(t *testing.T) (*house, *desk) {
	var at string
	h := build(t, calling, func(o *exchange.Options) {
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			out.To = at
			return inner.Dial(ctx, out)
		})
	})
	h.voices.sound("您拨打的用户正在通话中")
	h.voices.sound("您好")
	d := h.desk(h.engine)
	at = d.at("1001")
	return h, d
}

func (h *house) says(leg *sip.Call, words string) {
	leg.Stream().Play(rtp.Item{ID: 9, Clips: []rtp.Clip{{Sound: h.voices.sound(words)}}})
}

// What the called side sends before it answers is heard, and no tone with it; until something comes it is the tone,
// also after a description alone. The called side hears the caller when it has answered.
func TestEarlyMediaIsHeard(t *testing.T) {
	t.Parallel()
	h, d := house1(t)
	c := h.dial("13800138000")
	ear := &hearing{Tap: c}
	c.leg.Stream().Tap(ear)
	until(t, "the tone", func() bool { rings, _ := ear.tones(0); return rings > 2 })
	leg := d.rung()
	far := &hearing{}
	leg.Stream().Tap(far)
	if err := leg.Progress(); err != nil {
		t.Fatal(err)
	}
	h.says(leg, "您拨打的用户正在通话中")
	c.speak(300 * time.Millisecond)
	c.hears("您拨打的用户正在通话中")
	from := ear.length()
	until(t, "a second", func() bool { return ear.length() > from+audio.Rate*3/2 })
	if rings, _ := ear.tones(from); rings > 0 {
		t.Errorf("%d tenths of a second of the tone after the called side was heard", rings)
	}
	if _, loud := far.tones(0); loud > 0 {
		t.Errorf("the called side heard %d tenths of a second of the caller before it answered", loud)
	}
	if err := leg.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.says(leg, "您好")
	c.hears("您好")
	from = far.length()
	c.speak(500 * time.Millisecond)
	until(t, "the caller's voice", func() bool { _, loud := far.tones(from); return loud >= 3 })
	leg.Hangup("")
	c.over()
}

// A called side that was heard and then refuses leaves the caller to the flow; so does a caller who gives up.
func TestEarlyMediaEnds(t *testing.T) {
	t.Parallel()
	h, d := house1(t)
	begin := func() (*caller, *sip.Call) {
		c := h.dial("13800138000")
		leg := d.rung()
		if err := leg.Progress(); err != nil {
			t.Fatal(err)
		}
		h.says(leg, "您拨打的用户正在通话中")
		c.hears("您拨打的用户正在通话中")
		return c, leg
	}
	c, leg := begin()
	leg.Reject(486, "Busy Here")
	c.hears("没有接通")
	c.over()
	c, leg = begin()
	c.leg.Hangup("")
	c.over()
	until(t, "the end of the called leg", func() bool {
		select {
		case <-leg.Done():
			return h.engine.Stats().Streams == 0
		default:
			return false
		}
	})
	if !slices.ContainsFunc(h.journal.ends, func(r call.Result) bool { return r.By == "remote" }) {
		t.Errorf("%+v", h.journal.ends)
	}
}

// announced is an announcement of a carrier in a voice that no reference is of, after a telephone that rings.
func announced(t *testing.T, class string) *rtp.Sound {
	t.Helper()
	b, err := os.ReadFile("../../media/announce/testdata/" + class + ".m3.al")
	if err != nil {
		t.Fatal(err)
	}
	pcm := append(audio.Tone([]float64{450}, -12, 400*time.Millisecond), make([]int16, 4000)...)
	pcm = append(append(pcm, audio.PCMA.Decode(nil, b)...), make([]int16, 8000)...)
	return &rtp.Sound{ALaw: audio.PCMA.Encode(nil, pcm), ULaw: audio.PCMU.Encode(nil, pcm)}
}

// What a carrier says before the answer goes before its signalling, and ends a transfer that has an arm for it.
func TestAnAnnouncementEndsATransfer(t *testing.T) {
	t.Parallel()
	var at string
	set := announce.NewSet()
	h := build(t, head+`
流程 主流程 { 转接 "1001" 限时 20秒 否则 { 当 停机 { 播放 "已停机" 挂机 } 否则 { 播放 "没有接通" 挂机 } } }
`, func(o *exchange.Options) {
		inner := o.Dialer
		o.Announcements = func() *announce.Set { return set }
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			out.To = at
			return inner.Dial(ctx, out)
		})
	})
	h.voices.sound("已停机")
	h.voices.sound("没有接通")
	d := h.desk(h.engine)
	at = d.at("1001")
	for class, words := range map[string]string{"suspended": "已停机", "busy": "没有接通"} {
		c := h.dial("13800138000")
		leg := d.rung()
		if err := leg.Progress(); err != nil {
			t.Fatal(err)
		}
		sound := announced(t, class)
		leg.Stream().Play(rtp.Item{ID: 9, Clips: []rtp.Clip{{Sound: sound}}})
		if class == "busy" { // no arm: the caller hears it to its end
			time.Sleep(time.Duration(len(sound.ALaw)) * time.Second / audio.Rate)
			leg.Reject(480, "Temporarily Unavailable")
		}
		c.hears(words)
		c.over()
	}
}

// What a flow says before the answer is heard though nobody has answered, and the call is refused, or answered, after
// it.
func TestWordsBeforeTheAnswer(t *testing.T) {
	for name, then := range map[string]string{"refused": `不接听`, "ended": `挂机`, "answered": `播放 "您好" 挂机`} {
		t.Run(name, func(t *testing.T) {
			h := build(t, head+`流程 主流程 { 播放 接听前 "号码已停用" `+then+" }", nil)
			ears := &caller{h: h, known: h.voices.known()}
			ears.ears = prompt.NewListener(ears.known)
			heard := make(chan int, 8)
			leg, err := h.phone.Dial(t.Context(), sip.Outbound{To: h.target, From: "13800138000",
				OnProgress: func(status int, early bool) {
					if early {
						heard <- status
					}
				},
				OnLeg: func(leg *sip.Call) {
					ears.leg = leg
					leg.Stream().Tap(ears)
				}})
			if status := <-heard; status != 183 {
				t.Errorf("heard with %d", status)
			}
			ears.hears("号码已停用")
			var failure *sip.Failure
			if name == "answered" {
				if err != nil {
					t.Fatal(err)
				}
				ears.hears("您好")
			} else if !errors.As(err, &failure) || failure.Status != 603 {
				t.Errorf("%v, %v", leg, err)
			}
			until(t, "the end", func() bool { return h.x.Calls() == 0 })
		})
	}
}
