package server_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/stdlib/db"
)

// site is a deployment on disk: flows, data, configuration. What made it served a first version, then a second, and has
// a third on trial with a fifth of the calls.
type site struct {
	t      *testing.T
	dir    string
	cfg    *config.Config
	now    time.Time
	deploy bool
	hash   [4]string // of the versions, from 1
	told   []server.Notice
	log    diary
}

const stateFlow = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 不可用 挂机  当 出错 挂机 }
日历 中国 取自 "中国.cal"
作息 办公 { 日历 中国  工作日 08:30-17:30 }
表格 区 取自 "区.csv" { 区号: 数字, 名称: 文本 }
提示语 欢迎 { 音频 "欢迎.wav" 中文 "您好。" }
流程 主流程 {
  播放 欢迎
  播放 "第%版"
  如果 办公 开放 { 播放 "上班" }
  设 码 = 询问 数字 3位 { 播放 "区号" 否则 挂机 }
  设 行 = 区[码] 否则 挂机
  播放 "{行.名称}"
  设 余额 = 外部.余额() 否则 挂机
  播放 "{余额}"
  挂机
}
`

func (s *site) flows(name ...string) string {
	return filepath.Join(append([]string{s.cfg.Flows}, name...)...)
}

func (s *site) data(name ...string) string {
	return filepath.Join(append([]string{s.cfg.Data}, name...)...)
}

func (s *site) write(path, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) version(n string) { s.write(s.flows("a.flow"), strings.ReplaceAll(stateFlow, "%", n)) }

// must is for what prepares a state.
func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// start starts a server as it stands.
func (s *site) start() (*server.Server, error) {
	return server.Start(s.t.Context(), server.Options{Config: s.cfg, Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
		Now: func() time.Time { return s.now }, Deploy: s.deploy,
		Tell: func(n server.Notice) { s.told = append(s.told, n) }})
}

// configured is a site in a folder.
func configured(t *testing.T, dir string) *site {
	cfg := settings()
	cfg.Flows, cfg.Data, cfg.Dir = filepath.Join(dir, "flows"), filepath.Join(dir, "data"), dir
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, ""
	cfg.Media.PortMin, cfg.Media.PortMax, cfg.Voice.Engine = 0, 0, "none"
	return &site{t: t, dir: dir, cfg: cfg, now: time.Date(2026, 10, 12, 1, 30, 0, 0, time.UTC)}
}

// served makes the site from which all states begin.
func served(t *testing.T) *site {
	s := configured(t, t.TempDir())
	s.write(s.flows("中国.cal"), "放假 \"国庆节\" 2026-10-01..2026-10-07\n")
	s.write(s.flows("区.csv"), "区号,名称\n571,杭州\n")
	s.write(s.flows("欢迎.wav"), tone())
	s.write(s.flows("查询/余额.sql"), "-- 函数: 外部.余额 | bureau.balance\n-- 结果: 金额\n-- 说明: 余额。\nSELECT 1\n")
	words := prompt.NewCatalogue("noise", "zh")
	s.must(prompt.Render(t.Context(), words, linetest.Noise{}, []string{"您好。", "上班"}, nil))
	s.must(exchange.SaveCatalogue(s.flows("语音", prompt.FileName("zh")), words))
	s.must(exchange.SaveCatalogue(s.data("voice", prompt.FileName("zh")), words))
	s.version("一")
	running, err := s.start()
	s.must(err)
	s.hash[1] = running.Deployment().Stable().Hash()
	s.version("二")
	s.must(running.Deploy(t.Context(), 0, "test"))
	s.hash[2] = running.Deployment().Stable().Hash()
	s.version("三")
	s.must(running.Deploy(t.Context(), 20, "test"))
	s.hash[3] = running.Deployment().Canary().Hash()
	s.must(running.Close())
	s.version("二")
	return s
}

// tone is a recording of a quarter of a second.
func tone() string {
	sound := bytes.Repeat([]byte{0, 90, 200, 255}, 500)
	b := []byte("WAVEfmt ")
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, n := range []uint16{1, 1, 8000, 0, 8000, 0, 1, 8} {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	b = append(binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(len(sound))), sound...)
	return "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))) + string(b)
}

// alone forgets what the database has of the versions, as one that was set up anew: what is left is in the data folder.
func (s *site) alone() *site {
	s.t.Helper()
	d, err := db.Open(s.t.Context(), "sqlite:"+s.data("rexian.db"), db.Options{Timeout: time.Minute})
	s.must(err)
	for _, table := range []string{"deployments", "deployed_versions", "deployed_files"} {
		_, err := d.Exec(s.t.Context(), `DELETE FROM `+table)
		s.must(err)
	}
	s.must(d.Close())
	return s
}

// copied is the site anew, for a state of its own.
func (s *site) copied(t *testing.T) *site {
	c := configured(t, t.TempDir())
	c.hash = s.hash
	c.must(os.CopyFS(c.dir, os.DirFS(s.dir)))
	return c
}

// said is all notices in a tongue.
func (s *site) said(tongue diag.Tongue) string {
	var all []string
	for _, n := range s.told {
		all = append(all, n.In(tongue))
	}
	return strings.Join(all, "\n")
}

// state is a way in which a start can find things broken.
type state struct {
	name   string
	wreck  func(*site)
	serves string // the version that serves, and "+3" where the trial goes on; "" where nothing does
	zh, en string // of the sentence that is told; "" where nothing need be
}

// TestBrokenStates: whatever a start finds broken, either what served last serves, or one sentence says what to do.
func TestBrokenStates(t *testing.T) {
	t.Parallel()
	base := served(t).alone()
	seen := map[string]bool{}
	var all []state
	for _, list := range [][]state{folderStates, versionStates, databaseStates, aroundStates} {
		all = append(all, list...)
	}
	if len(all) < 40 {
		t.Errorf("%d states, fewer than forty", len(all))
	}
	for _, c := range all {
		if seen[c.name] {
			t.Errorf("the state %q comes twice", c.name)
		}
		seen[c.name] = true
		t.Run(c.name, func(t *testing.T) { base.copied(t).try(c) })
	}
}

// TestTheDatabaseHasTheVersions: what is damaged or gone in the data folder, the whole of it included, serves from the
// database, and is kept anew.
func TestTheDatabaseHasTheVersions(t *testing.T) {
	t.Parallel()
	base := served(t)
	for _, c := range []state{
		{"a version cut off", func(s *site) { s.cut(s.data("versions", s.hash[2]+".rxb"), 500) }, "2+3", "有损坏",
			"damaged"},
		{"a version gone", func(s *site) { s.remove(s.data("versions", s.hash[2]+".rxb")) }, "2+3", "", ""},
		{"the trial's version gone", func(s *site) { s.remove(s.data("versions", s.hash[3]+".rxb")) }, "2+3", "", ""},
		{"a recording gone", func(s *site) { s.remove(s.data("versions", s.hash[2]+".audio")) }, "2+3", "有损坏",
			"damaged"},
		{"all versions gone, and no flows", func(s *site) { s.remove(s.data("versions"), s.cfg.Flows) }, "2+3", "", ""},
		{"the rendered words gone too", func(s *site) { s.remove(s.data("versions"), s.data("words")) }, "2+3", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := base.copied(t)
			s.try(c)
			if c.name == "the rendered words gone too" {
				if _, err := os.Stat(s.data("words", prompt.FileName("zh"))); err != nil {
					t.Errorf("the rendered words did not come with the version: %v", err)
				}
			}
			s.told = nil
			s.alone().try(state{name: "again, without the database", wreck: func(*site) {}, serves: "2+3"})
		})
	}
}

// try starts the site in a state, and looks at what serves, or why nothing does.
func (s *site) try(c state) {
	s.t.Helper()
	c.wreck(s)
	running, err := s.start()
	if err == nil {
		defer func() { s.must(running.Close()) }()
	}
	if (err == nil) != (c.serves != "") {
		s.t.Fatalf("want %q to serve, the start says %v\n%s", c.serves, err, s.said(diag.Zh))
	}
	if err != nil {
		s.refuses(err, c)
		return
	}
	s.serves(running, c.serves)
	if c.zh != "" && !strings.Contains(s.said(diag.Zh), c.zh) || c.en != "" &&
		!strings.Contains(s.said(diag.En), c.en) {
		s.t.Errorf("want %q told, and %q; told is\n%s\n%s", c.zh, c.en, s.said(diag.Zh), s.said(diag.En))
	}
}

// serves asks for the versions that serve: "2", or "2+3" with the trial.
func (s *site) serves(running *server.Server, want string) {
	s.t.Helper()
	stable, trial, _ := strings.Cut(want, "+")
	name := func(v *deploy.Version) string {
		for i, hash := range s.hash {
			if v != nil && hash == v.Hash() {
				return string(rune('0' + i))
			}
		}
		if v != nil {
			return "new"
		}
		return ""
	}
	d := running.Deployment()
	if name(d.Stable()) != stable || name(d.Canary()) != trial {
		s.t.Errorf("%q serves with %q on trial, want %q\n%s", name(d.Stable()), name(d.Canary()), want, s.said(diag.Zh))
	}
	if trial != "" && d.Status().Percent != 20 {
		s.t.Errorf("the trial has %d per cent of the calls", d.Status().Percent)
	}
}

// refuses asks for one sentence in each tongue, or for findings where the flows have errors.
func (s *site) refuses(err error, c state) {
	s.t.Helper()
	var refused *deploy.Refused
	if errors.As(err, &refused) {
		if len(refused.Findings) == 0 || !strings.Contains(err.Error(), c.en) {
			s.t.Errorf("want %q, have %v", c.en, err)
		}
		return
	}
	var told interface {
		error
		In(diag.Tongue) string
	}
	if !errors.As(err, &told) {
		s.t.Fatalf("no sentence for who starts the server: %v", err)
	}
	for tongue, want := range map[diag.Tongue]string{diag.Zh: c.zh, diag.En: c.en} {
		if said := told.In(tongue); want == "" || !strings.Contains(said, want) || strings.Contains(said, "\n") {
			s.t.Errorf("want one sentence with %q, have %q", want, said)
		}
	}
}

// remove takes away files, which must have been there.
func (s *site) remove(paths ...string) {
	s.t.Helper()
	for _, path := range paths {
		if _, err := os.Lstat(path); err != nil {
			s.t.Fatal(err)
		}
		s.must(os.RemoveAll(path))
	}
}

// cut leaves the first bytes of a file.
func (s *site) cut(path string, size int64) {
	s.t.Helper()
	s.must(os.Truncate(path, size))
}

// TestTightFiles: whatever the umask of the shell and whatever was there before, what callers said and who they are is
// for the owner alone.
func TestTightFiles(t *testing.T) {
	t.Parallel()
	base := served(t)
	s := base.copied(t)
	s.must(os.MkdirAll(s.data("recordings", "2026", "10", "12"), 0o755))
	s.write(s.data("recordings", "2026", "10", "12", "20261012-x-1.wav"), tone())
	s.must(filepath.WalkDir(s.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		mode := fs.FileMode(0o644)
		if err == nil && d.IsDir() {
			mode = 0o755
		}
		return errors.Join(err, os.Chmod(path, mode))
	}))
	running, err := s.start()
	s.must(err)
	for end := time.Now().Add(20 * time.Second); !strings.Contains(s.log.String(), "could be read by others") &&
		time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	s.must(running.Close())
	s.must(filepath.WalkDir(s.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the rights %v", path, info.Mode().Perm())
		}
		return err
	}))
}
