//go:build peers && linux

package peers

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/audio"
)

// barred says something before it answers, and then does not.
const barred = `接入号 "12369" 进入 停用
提示语 停用了 { 音频 "停用.wav" 中文 "这个号码已停用" }
流程 停用 { 播放 接听前 停用了 不接听 }
`

// What a flow says before the answer is heard on a real telephone, though the call is never answered.
func TestProductIsHeardBeforeTheAnswer(t *testing.T) {
	p := newProductWith(t, fmt.Sprintf(desk, ""), nil, func(c *config.Config) {
		var wav bytes.Buffer
		if err := audio.WriteWAV(&wav, 1, audio.Tone([]float64{700}, -10, 2*time.Second)); err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"b.flow": []byte(barred), "停用.wav": wav.Bytes()} {
			if err := os.WriteFile(filepath.Join(c.Flows, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
	b := newBaresip(t, "1001@"+p.address(), ";auth_user=1001;auth_pass=secret;regint=300")
	until(t, "the telephone has logged in", func() bool { return strings.Contains(b.output(), "200 OK") })
	b.say(t, "/dial sip:12369@"+p.address()+"\n")
	call, wire := p.call()
	if call.Answered > 0 || len(call.List) != 1 || call.List[0].SIP != 603 || call.List[0].Sent < 80 {
		t.Errorf("%+v", call)
	}
	progress := false
	for i := range wire {
		progress = progress || wire[i].Sent && strings.HasPrefix(headline(&wire[i]), "SIP/2.0 183")
	}
	if !progress {
		t.Error("the telephone was told of no sound before the answer")
	}
	loud := 0
	until(t, "the telephone has heard it", func() bool {
		loud = 0
		for _, v := range b.heard(t) {
			if v > 500 || v < -500 {
				loud++
			}
		}
		return loud > 8000
	})
}
