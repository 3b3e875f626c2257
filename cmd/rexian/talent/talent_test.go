package talent_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"rexian/cmd/rexian/talent"
	"rexian/lang/diag"
	"rexian/media/audio"
	"rexian/media/prompt"
)

// good is a recording of two seconds with nothing wrong.
var good = audio.Take{Length: 2500 * time.Millisecond, Before: 250 * time.Millisecond, After: 250 * time.Millisecond,
	Level: -20, Peak: 0.5, Noise: -65}

func TestJudge(t *testing.T) {
	line := talent.Line{Text: "欢迎致电纳税服务热线。", Limit: 6 * time.Second, Least: 700 * time.Millisecond}
	with := func(f func(*audio.Take)) audio.Take { x := good; f(&x); return x }
	for _, c := range []struct {
		name  string
		take  audio.Take
		grave bool
		want  string // of the first fault; "": none
	}{
		{"good", good, false, ""},
		{"silent", with(func(x *audio.Take) { x.Level = math.Inf(-1) }), true, "没有声音"},
		{"faint", with(func(x *audio.Take) { x.Level, x.Noise = -50, -90 }), true, "录得太轻（-50 dBm0）"},
		{"cut at the top", with(func(x *audio.Take) { x.Clipped = 80 * time.Millisecond }), true,
			"录得太响，削波 80 毫秒，请调低话筒重录"},
		{"a few peaks", with(func(x *audio.Take) { x.Clipped = 8 * time.Millisecond }), false, "有 8 毫秒削波"},
		{"in a loud room", with(func(x *audio.Take) { x.Noise = -30 }), true, "底噪太大，只比话音低 10 dB"},
		{"by an open window", with(func(x *audio.Take) { x.Noise = -40 }), false, "听得见底噪（比话音低 20 dB）"},
		{"half of it", with(func(x *audio.Take) { x.Length = 1 * time.Second }), true,
			"只有 0.5 秒，这句话至少要 0.7 秒：没有录完？"},
		{"two sentences", with(func(x *audio.Take) { x.Length = 9 * time.Second }), false,
			"长 8.5 秒，这句话最多 6.0 秒：多录了，或者太慢"},
		{"begins at once", with(func(x *audio.Take) { x.Before = 0 }), false, "头尾没有静音，可能切掉了字"},
		{"a long wait", with(func(x *audio.Take) { x.Length, x.After = 4*time.Second, 1750*time.Millisecond }), false,
			"头尾静音 0.2 秒和 1.8 秒，已剪去"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := talent.Judge(line, c.take)
			if c.want == "" {
				if len(faults) > 0 {
					t.Fatalf("found %v", faults)
				}
				return
			}
			if len(faults) == 0 || faults[0].Text.In(diag.Zh) != c.want || faults[0].Grave != c.grave {
				t.Fatalf("found %+v, want %q", faults, c.want)
			}
		})
	}
}

func TestKeyIsOfTheWords(t *testing.T) {
	if a, b := talent.KeyOf("zh", "系统繁忙"), talent.KeyOf("zh", "“系统繁忙！”"); a != b || a == "" {
		t.Errorf("the same words have the keys %q and %q", a, b)
	}
	if talent.KeyOf("zh", "三") == talent.KeyOf("en", "三") || talent.KeyOf("zh", "三") == talent.KeyOf("zh", "四") {
		t.Error("different words or languages share a key")
	}
	if key := talent.KeyOf("zh", "，。"); key != "" {
		t.Errorf("words that say nothing have the key %q", key)
	}
}

func TestCompareFindsWhatASentenceBecame(t *testing.T) {
	c := prompt.NewCatalogue("王芳", "zh")
	sound := audio.Tone([]float64{400}, -20, time.Second)
	for _, text := range []string{"查询欠税请按1。", "感谢您的来电，再见。", "旧的公告已经过期"} {
		if err := c.Add(text, sound); err != nil {
			t.Fatal(err)
		}
	}
	var lines []talent.Line
	for _, text := range []string{"感谢您的来电，再见。", "查询欠税请按3。", "转人工请按0。"} {
		lines = append(lines, talent.Line{Key: talent.KeyOf("zh", text), Text: text})
	}
	missing, stale := talent.Compare(lines, c)
	var words []string
	for _, l := range missing {
		words = append(words, l.Text)
	}
	if want := []string{"查询欠税请按3。", "转人工请按0。"}; !slices.Equal(words, want) {
		t.Errorf("missing %q, want %q", words, want)
	}
	if len(stale) != 2 || stale[0].Now != nil || stale[1].Now == nil || stale[1].Now.Text != "查询欠税请按3。" {
		t.Errorf("stale %+v", stale)
	}
}
