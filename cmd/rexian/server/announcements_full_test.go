//go:build campaigns

package server_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/console/api"
	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
)

// early is what a carrier lets the caller hear before it refuses: the tone of a telephone that rings, and words.
func early(t *testing.T, words string) *rtp.Sound {
	t.Helper()
	b, err := os.ReadFile("../../../media/announce/testdata/" + words)
	if err != nil {
		t.Fatal(err)
	}
	ring := audio.PCMA.Encode(nil, audio.Tone([]float64{450}, -12, time.Second))
	b = slices.Concat(ring, slices.Repeat([]byte{0xd5}, 8000), b, slices.Repeat([]byte{0xd5}, 4000))
	return &rtp.Sound{ALaw: b, ULaw: audio.PCMU.Encode(nil, audio.PCMA.Decode(nil, b))}
}

// TestAnnouncementsOverCalls: what a carrier says before it refuses, over real calls. One that is known ends its
// call as what it says; one that nobody knows is a kind of its own, whatever the number, and its name judges the
// calls anew and plans their targets, as the look at it has said.
func TestAnnouncementsOverCalls(t *testing.T) {
	c := newCarrier(t)
	known, strange := early(t, "powered_off.m3.al"), early(t, "-贸易公司.m3.al")
	c.all = func(call *sip.Call) {
		said := strange
		if strings.HasSuffix(call.Number(), "9") {
			said = known
		}
		if call.Progress() != nil {
			return
		}
		call.Stream().Play(rtp.Item{ID: 9, Clips: []rtp.Clip{{Sound: said}}})
		select {
		case <-call.Done():
		case <-time.After(time.Duration(len(said.ALaw)) * time.Second / audio.Rate):
			call.Reject(480, "Temporarily Unavailable")
		}
	}
	data := t.TempDir()
	debtors(t, data, "13900000009", "13900000017", "13900000027", "13900000037")
	src := strings.Replace(dunning, "无人接听 隔 2天", "无人接听 隔 2天, 停机 隔 3天, 关机 隔 1天", 1)
	h := calling(t, c, src, data, 30*time.Second)
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	h.campaign("start")
	now := h.waits("the end of all calls",
		func(c api.Campaign) bool { return c.Live == 0 && c.States["waiting"] == 4 })
	if now.Attempts["powered_off"] != 1 || now.Attempts["no_answer"] != 3 {
		t.Errorf("the calls ended so: %v", now.Attempts)
	}
	var unknown struct{ Unknown []api.UnknownAnnouncement }
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		_, answer := h.ask("GET", "/api/v1/announcements/unknown", "", nil)
		if err := json.Unmarshal([]byte(answer), &unknown); err != nil {
			t.Fatal(answer, err)
		}
		if len(unknown.Unknown) == 1 && unknown.Unknown[0].Calls == 3 {
			break
		}
	}
	if len(unknown.Unknown) != 1 || unknown.Unknown[0].Calls != 3 {
		t.Fatalf("unknown: %+v", unknown)
	}
	name := func(dry bool) (l api.Learned) {
		t.Helper()
		order, _ := json.Marshal(map[string]any{"unknown": unknown.Unknown[0].ID, "class": "suspended",
			"name": "本市移动",
			"by":   "test", "dry": dry})
		status, answer := h.ask("POST", "/api/v1/announcements", string(order), nil)
		if err := json.Unmarshal([]byte(answer), &l); err != nil || status != 200 {
			t.Fatal(status, answer, err)
		}
		return l
	}
	look := name(true)
	if now := h.campaign(""); now.Attempts["suspended"] != 0 || look.Calls != 3 || look.Later != 3 {
		t.Errorf("a look: %+v, then %v", look, now.Attempts)
	}
	done := name(false)
	if now := h.campaign(""); now.Attempts["suspended"] != 3 || now.Attempts["powered_off"] != 1 ||
		done.Later != 3 ||
		done.Targets != 3 {
		t.Errorf("named: %+v, then %v", done, now.Attempts)
	}
}
