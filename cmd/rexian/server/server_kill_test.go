package server_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/stdlib/db"
)

const killFlow = `接入号 "12366" 进入 主流程
接入号 "12367" 进入 留言流程
接入号 "12368" 进入 人工
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 } }
信箱 综合信箱 { 最长 10分钟  静默 2分钟 }
队列 综合咨询 { 技能组 "综合咨询"  分配 最长空闲  最长 10分钟 }
流程 主流程 {
  重复 最多 600次 { 执行 查一次() 停顿 0.1秒 }
  挂机
}
流程 查一次 {
  设 级别 = 过滤.检查(来电号码) 限时 3秒 否则 {
    当 未找到 { 标记 "没有" 返回 }
    当 不可用 { 标记 "不可用" 返回 }
  }
  如果 级别 是 "黑名单" { 挂机 }
  返回
}
流程 留言流程 { 留言 综合信箱 }
流程 人工 { 排队 综合咨询 优先级 0 否则 挂机  挂机 }
`

// program builds rexian once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rexian-kill-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "rexian")
	out, err := exec.Command("go", "build", "-o", path, "rexian/cmd/rexian").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// process is a `rexian serve` of its own.
type process struct {
	cmd *exec.Cmd
	sip string
	web string
	log *diary
}

var banner = regexp.MustCompile(`udp (127\.0\.0\.1:\d+)|http://(127\.0\.0\.1:\d+)`)

// run starts the program on a folder that has rexian.toml and flows, and waits until it can be called.
func run(t *testing.T, folder string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{log: &diary{}}
	p.cmd = exec.Command(path, "serve", "--log", "json", "--drain", "20")
	p.cmd.Dir = folder
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	var words []string
	said := bufio.NewScanner(out)
	for (p.sip == "" || p.web == "") && said.Scan() {
		words = append(words, said.Text())
		for _, m := range banner.FindAllStringSubmatch(said.Text(), -1) {
			p.sip, p.web = p.sip+m[1], p.web+m[2]
		}
	}
	if p.sip == "" || p.web == "" {
		t.Fatalf("the program did not start: %v\n%s\n%s", said.Err(), strings.Join(words, "\n"), p.log.bytes())
	}
	return p
}

// TestTheProgramIsKilled: the whole program is killed at random moments under calls that ask, leave messages, wait in a
// queue, and hang up. After each new start every call has an end and its records once, every recording can be played,
// is in the index once and with its call, every voicemail is in its mailbox, and who waited is to be called back.
func TestTheProgramIsKilled(t *testing.T) {
	t.Parallel() // it waits more than it works
	folder := t.TempDir()
	flows, data := filepath.Join(folder, "flows"), filepath.Join(folder, "data")
	nobody := "sip:nobody@127.0.0.1:9" // the only agent's telephone: nobody answers there
	for name, text := range map[string]string{
		filepath.Join(flows, "a.flow"): killFlow,
		filepath.Join(folder, "rexian.toml"): `[sip]
listen = ["udp://127.0.0.1:0"]
[http]
listen = "127.0.0.1:0"
[media]
port_min = 0
port_max = 0
[guard]
trusted = ["127.0.0.0/8"]
[voice]
engine = "none"
[[agent]]
id = "8001"
phone = "` + nobody + `"
skills = ["综合咨询"]
`,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d, %d rounds", seed, killRounds)
	const each = 4 // calls of each kind that are on when it is killed; and twice as many that ask and hang up
	calls := 0
	for range killRounds {
		p := run(t, folder)
		phone, err := handset.New(t.Context(), handset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		dial := func(number string) *handset.Call {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			calls++
			c, err := phone.Dial(ctx, number+"@"+p.sip,
				handset.CallOptions{From: fmt.Sprintf("138%s%05d", number[3:]+"0", calls)})
			if err != nil {
				t.Fatal(err)
			}
			c.Speak(time.Minute)
			return c
		}
		var leaving []*handset.Call
		for range each {
			dial("12366")
			dial("12367")
			dial("12368")
			leaving = append(leaving, dial("12366"), dial("12366"))
		}
		received := func() float64 { return read(t, p.web, "rexian_rtp_received_total") }
		const packets = 50 * 5 * each // of a second
		// by then what the latest said is on the disk: a recording is written twice a second
		first := received() + packets*(2+random.Float64())
		eventually(t, "callers speak", func() bool { return received() > first })
		var gone sync.WaitGroup
		for _, c := range leaving {
			gone.Go(c.Hangup)
		}
		last := received() + packets*random.Float64()/4
		eventually(t, "callers speak", func() bool { return received() > last })
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait() // killed: that is its error
		gone.Wait()
		if err := phone.Close(); err != nil {
			t.Error(err)
		}
	}

	p := run(t, folder)
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(data, "rexian.db"), db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	count := func(query string) (n int) {
		t.Helper()
		if err := d.Get(t.Context(), &n, query); err != nil {
			t.Fatal(err)
		}
		return n
	}
	defer func() {
		if !t.Failed() {
			return
		}
		var rows []struct{ Caller, Result, Last string }
		if err := d.Select(t.Context(), &rows, `SELECT caller, COALESCE(result, '-') AS result, COALESCE((SELECT kind || ' ' || seq || ' ' || at FROM call_events
			WHERE call_id = calls.id ORDER BY seq DESC LIMIT 1), '-') AS last FROM calls ORDER BY started`); err != nil {
			t.Error(err)
		}
		t.Logf("the calls: %v\nthe log: %s", rows, p.log.bytes())
	}()
	wavs := check(t, filepath.Join(data, "recordings"))
	eventually(t, "the recordings are in the index",
		func() bool { return count(`SELECT COUNT(*) FROM recordings`) >= len(wavs) })
	eventually(t, "who waited is to be called back",
		func() bool { return count(`SELECT COUNT(*) FROM callbacks`) >= each*killRounds })
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v: %s", err, p.log.bytes())
	}

	whole(t, d, calls)
	for name, c := range map[string]struct{ got, least, most int }{
		"interrupted": {count(`SELECT COUNT(*) FROM calls WHERE result = 'interrupted'`),
			3 * each * killRounds, 5 * each * killRounds},
		"ends before their last event":  {count(`SELECT COUNT(*) FROM calls c WHERE ended < (SELECT MAX(at) FROM call_events WHERE call_id = c.id)`), 0, 0},
		"recordings in the index":       {count(`SELECT COUNT(*) FROM recordings`), len(wavs), len(wavs)},
		"recordings without their call": {count(`SELECT COUNT(*) FROM recordings WHERE call_id NOT IN (SELECT id FROM calls) OR phone = '' OR length <= 0`), 0, 0},
		"calls with a recording": {count(`SELECT COUNT(DISTINCT call_id) FROM recordings`),
			calls - each*killRounds, calls},
		"voicemails":                         {count(`SELECT COUNT(*) FROM voicemails WHERE mailbox = '综合信箱' AND phone LIKE '138670%'`), each * killRounds, each * killRounds},
		"voicemails without their recording": {count(`SELECT COUNT(*) FROM voicemails WHERE recording NOT IN (SELECT id FROM recordings)`), 0, 0},
		"callbacks":                          {count(`SELECT COUNT(*) FROM callbacks WHERE queue = '综合咨询' AND number LIKE '138680%'`), each * killRounds, each * killRounds},
		"callbacks of others": {count(`SELECT COUNT(*) FROM callbacks WHERE number NOT LIKE '138680%'`),
			0, 0},
	} {
		if c.got < c.least || c.got > c.most {
			t.Errorf("%s: %d, want %d to %d", name, c.got, c.least, c.most)
		}
	}
}

// check looks at all files of recordings: none is unfinished, and each has the length that its header says.
func check(t *testing.T, dir string) (wavs []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		switch {
		case strings.HasSuffix(path, ".part"):
			t.Errorf("%s is unfinished", path)
		case strings.HasSuffix(path, ".wav"):
			wavs = append(wavs, path)
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			const header = 58 // of G.711
			if len(b) <= header || int(binary.LittleEndian.Uint32(b[4:])) != len(b)-8 ||
				int(binary.LittleEndian.Uint32(b[header-4:])) != len(b)-header {
				t.Errorf("%s is not what its header says", path)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return wavs
}
