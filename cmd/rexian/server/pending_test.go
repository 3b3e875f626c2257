package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/runtime/deploy"
)

// compiled is a version of one flow file.
func compiled(t *testing.T, src string) *deploy.Version {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := deploy.Compile(dir, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const plainFlows = `接入号 "1" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
流程 甲 { 设 户 = 纳税人.查找("913701001000000409") 否则 挂机 播放 "{户.名称}" 挂机 }
`

// TestWordsThatAreNotCarriedOutAreTold tells them once for each version, and nothing of one that has none.
func TestWordsThatAreNotCarriedOutAreTold(t *testing.T) {
	t.Parallel()
	var told []string
	s := &Server{log: slog.New(slog.DiscardHandler), o: Options{Tell: func(n Notice) { told = append(told, n.Zh) }}}
	plain := compiled(t, plainFlows)
	waits := compiled(t, plainFlows+`流程 丙 { 传真 "表.tif" 给 来电号码 否则 继续 接收传真 文 否则 { 继续 } 挂机 }
接入号 "2" 进入 丙`)
	for _, v := range []*deploy.Version{plain, waits, waits, plain, waits} {
		s.tellPending(v)
	}
	if len(told) != 2 || told[0] != told[1] || !strings.Contains(told[0], "传真、接收传真") {
		t.Errorf("%q", told)
	}
}

// TestLookupsThatTheLibraryLacks compares a version with the library that it would be given.
func TestLookupsThatTheLibraryLacks(t *testing.T) {
	t.Parallel()
	s := &Server{log: slog.New(slog.DiscardHandler)}
	v := compiled(t, plainFlows)
	if lacks := s.lacking(v); len(lacks) != 0 {
		t.Fatalf("its own library lacks %v", lacks)
	}
	v.Program.Lookups[0].Outcomes = append(v.Program.Lookups[0].Outcomes, "locked")
	if lacks := s.lacking(v); !slices.Equal(lacks, []string{"taxpayer.find"}) {
		t.Errorf("another outcome: %v", lacks)
	}
	v.Program.Lookups[0].ID = "social.find"
	if lacks := s.lacking(v); !slices.Equal(lacks, []string{"social.find"}) {
		t.Errorf("another function: %v", lacks)
	}
}
