package server_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/prompt"
	"rexian/stdlib/db"
)

// afresh lets nothing have served yet.
func (s *site) afresh() { s.remove(s.cfg.Data) }

// folderStates are of what lies in the folder of the flows.
var folderStates = []state{
	{"all is as it was", func(*site) {}, "2+3", "", ""},
	{"no folder", func(s *site) { s.remove(s.cfg.Flows) }, "2+3", "继续用上次的版本", "version"},
	{"an empty folder", func(s *site) { s.remove(s.cfg.Flows); s.must(os.Mkdir(s.cfg.Flows, 0o700)) }, "2+3", "流程有错误",
		"have errors"},
	{"a folder that cannot be read", func(s *site) { s.remove(s.cfg.Flows); s.must(os.Symlink("flows", s.cfg.Flows)) },
		"2+3", "读不了", "cannot be read"},
	{"a file in place of the folder", func(s *site) { s.remove(s.cfg.Flows); s.write(s.cfg.Flows, "您好") }, "2+3",
		"流程有错误", "have errors"},
	{"a flow with errors", func(s *site) { s.write(s.flows("b.flow"), "流程 坏 {\n") }, "2+3", "流程有错误", "rexian deploy"},
	{"a flow that cannot be read", func(s *site) { s.must(os.Symlink("nowhere", s.flows("b.flow"))) }, "2+3", "流程有错误",
		"have errors"},
	{"a flow with errors, to be deployed", func(s *site) { s.deploy = true; s.write(s.flows("b.flow"), "流程 坏 {\n") },
		"2+3", "流程有错误", "have errors"},
	{"other flows", func(s *site) { s.version("四") }, "2+3", "rexian deploy", "serve --deploy"},
	{"other flows, to be deployed", func(s *site) { s.deploy = true; s.version("四") }, "new", "", ""},
	{"the same flows, to be deployed", func(s *site) { s.deploy = true }, "2+3", "", ""},
	{"other settings that the flows do not have", func(s *site) { s.cfg.Settings = config.Settings{"没有": "1"} }, "2+3",
		"流程有错误", "have errors"},
	{"nothing served yet, and a flow with errors", func(s *site) { s.afresh(); s.write(s.flows("b.flow"), "流程 坏 {\n") },
		"", "", "RX1028"},
	{"nothing served yet, and an empty folder", func(s *site) {
		s.afresh()
		s.remove(s.cfg.Flows)
		s.must(os.Mkdir(s.cfg.Flows, 0o700))
	}, "", "", "RX8010"},
	{"nothing served yet, and no folder", func(s *site) { s.afresh(); s.remove(s.cfg.Flows) }, "", "没有可以服务的流程",
		"no flows to serve"},
	{"nothing served yet", func(s *site) { s.afresh() }, "2", "", ""},
	{"a calendar that has ended", func(s *site) { s.now = s.now.AddDate(2, 0, 0) }, "2+3", "", ""},
	{"a calendar that has ended, to be deployed",
		func(s *site) { s.now, s.deploy = s.now.AddDate(2, 0, 0), true; s.version("四") }, "new", "", ""},
	{"a calendar that is no calendar", func(s *site) { s.write(s.flows("中国.cal"), "流程 {") }, "2+3", "流程有错误",
		"have errors"},
	{"no calendar", func(s *site) { s.remove(s.flows("中国.cal")) }, "2+3", "流程有错误", "have errors"},
	{"a table with a key twice", func(s *site) { s.write(s.flows("区.csv"), "区号,名称\n571,杭州\n571,宁波\n") }, "2+3", "流程有错误",
		"have errors"},
	{"no table", func(s *site) { s.remove(s.flows("区.csv")) }, "2+3", "流程有错误", "have errors"},
	{"a recording that is none", func(s *site) { s.write(s.flows("欢迎.wav"), "您好") }, "2+3", "流程有错误", "have errors"},
	{"no recording", func(s *site) { s.remove(s.flows("欢迎.wav")) }, "2+3", "流程有错误", "have errors"},
	{"rendered words cut off", func(s *site) { s.cut(s.flows("语音", prompt.FileName("zh")), 99) }, "2+3", "流程有错误",
		"have errors"},
	{"an SQL file with a fault", func(s *site) { s.write(s.flows("查询/余额.sql"), "DELETE FROM calls") }, "2+3", "流程有错误",
		"have errors"},
}

// versionStates are of what is kept of the versions.
var versionStates = []state{
	{"a history cut off", func(s *site) { s.cut(s.data("versions", "history.json"), 30) }, "2+3", "history.json",
		"history.json"},
	{"no history", func(s *site) { s.remove(s.data("versions", "history.json")) }, "2+3", "", ""},
	{"a note of what serves that is none", func(s *site) { s.write(s.data("versions", "serving.json"), "{") }, "2+3",
		"serving.json", "serving.json"},
	{"no note of what serves", func(s *site) { s.remove(s.data("versions", "serving.json")) }, "2+3", "", ""},
	{"neither history nor note", func(s *site) {
		s.write(s.data("versions", "serving.json"), "{")
		s.write(s.data("versions", "history.json"), "")
	}, "2", "history.json", "damaged"},
	{"a version cut off", func(s *site) { s.cut(s.data("versions", s.hash[2]+".rxb"), 500) }, "1+3", "有损坏", "damaged"},
	{"a version gone", func(s *site) { s.remove(s.data("versions", s.hash[2]+".rxb")) }, "1+3", "有损坏", "damaged"},
	{"all versions gone", func(s *site) {
		for _, hash := range s.hash[1:] {
			s.remove(s.data("versions", hash+".rxb"))
		}
	}, "2", "有损坏", "damaged"},
	{"all versions gone, and a flow with errors", func(s *site) {
		for _, hash := range s.hash[1:] {
			s.remove(s.data("versions", hash+".rxb"))
		}
		s.write(s.flows("b.flow"), "流程 坏 {\n")
	}, "", "", "RX1028"},
	{"the trial's version gone", func(s *site) { s.remove(s.data("versions", s.hash[3]+".rxb")) }, "2", "有损坏",
		"damaged"},
	{"a recording of a version changed",
		func(s *site) {
			s.write(s.data("versions", s.hash[2]+".audio", "欢迎.wav"),
				tone()+"x")
		}, "1+3", "有损坏", "damaged"},
	{"a recording of a version gone", func(s *site) { s.remove(s.data("versions", s.hash[2]+".audio")) }, "1+3", "有损坏",
		"damaged"},
	{"the SQL file of a version gone", func(s *site) { s.remove(s.data("versions", s.hash[2]+".sql")) }, "1+3", "有损坏",
		"damaged"},
	{"kept words cut off", func(s *site) { s.cut(s.data("words", prompt.FileName("zh")), 99) }, "2+3", "放在一边",
		"set aside"},
	{"words rendered here cut off", func(s *site) { s.cut(s.data("voice", prompt.FileName("zh")), 99) }, "2+3", "放在一边",
		"set aside"},
	{"a file in place of the versions", func(s *site) { s.remove(s.data("versions")); s.write(s.data("versions"), "") },
		"", "弄反了", "in place of"},
}

// garbage is 4 KB of it.
var garbage = strings.Repeat("\x00\xffgarbage", 4096/9)

// databaseStates are of the database and the spool.
var databaseStates = []state{
	{"a damaged page", func(s *site) {
		b, err := os.ReadFile(s.data("rexian.db"))
		s.must(err)
		s.must(os.WriteFile(s.data("rexian.db"),
			append(b[:20*4096:20*4096], bytes.Repeat([]byte{0xA5}, len(b)-20*4096)...), 0o600))
	}, "", "备份", "backup"},
	{"no database file but a text", func(s *site) { s.write(s.data("rexian.db"), strings.Repeat("电话", 9999)) }, "",
		"备份", "backup"},
	{"a database cut off", func(s *site) { s.cut(s.data("rexian.db"), 30*4096) }, "", "备份", "backup"},
	{"an empty database", func(s *site) { s.cut(s.data("rexian.db"), 0) }, "2+3", "", ""},
	{"no database", func(s *site) { s.remove(s.data("rexian.db")) }, "2+3", "", ""},
	{"a folder in place of the database", func(s *site) {
		s.remove(s.data("rexian.db"))
		s.must(os.Mkdir(s.data("rexian.db"), 0o700))
	}, "", "弄反了", "in place of"},
	{"a newer database", func(s *site) {
		d, err := db.Open(s.t.Context(), "sqlite:"+s.data("rexian.db"), db.Options{Timeout: time.Minute})
		s.must(err)
		_, err = d.Exec(s.t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
		s.must(err)
		s.must(d.Close())
	}, "", "更新版本", "newer version"},
	{"a WAL that is none", func(s *site) { s.write(s.data("rexian.db-wal"), garbage) }, "2+3", "", ""},
	{"a database server that is away", func(s *site) {
		s.cfg.Database.URL, s.cfg.Database.Demo = config.Plain("postgres://rexian@127.0.0.1:1/rexian"), true
	}, "2+3", "", ""},
	{"a database of an unknown kind", func(s *site) { s.cfg.Database.URL = config.Plain("mysql://x") }, "", "打不开",
		"cannot be opened"},
	{"a spool cut off", func(s *site) { s.write(s.data("spool", "00000001.spool"), garbage[:100]) }, "2+3", "", ""},
	{"a spool of another program", func(s *site) { s.write(s.data("spool", "1.spool"), garbage) }, "2+3", "", ""},
	{"a file in place of the spool", func(s *site) {
		_ = os.RemoveAll(s.data("spool"))
		s.write(s.data("spool"), "")
	}, "", "弄反了", "in place of"},
	{"the name of a node that runs", func(s *site) {
		other := configured(s.t, s.t.TempDir())
		other.cfg.Flows, other.cfg.Database.URL, other.cfg.Node = s.cfg.Flows,
			config.Plain("sqlite:"+s.data("rexian.db")), "热线"
		s.cfg.Node = "热线"
		running, err := other.start()
		s.must(err)
		s.t.Cleanup(func() { s.must(running.Close()) })
	}, "", "另起名字", "another name"},
}

// taken holds a port for as long as the test runs.
func (s *site) taken(network string) string {
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		s.must(err)
		s.t.Cleanup(func() { _ = c.Close() })
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// certificate writes a certificate that ends at a time, and its key.
func (s *site) certificate(end time.Time) {
	s.cfg.SIP.Listen = append(s.cfg.SIP.Listen, "tls://127.0.0.1:0")
	s.cfg.SIP.Cert, s.cfg.SIP.Key = filepath.Join(s.dir, "cert.pem"), filepath.Join(s.dir, "key.pem")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	sheet := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	cert, err := x509.CreateCertificate(rand.Reader, sheet, sheet, key.Public(), key)
	s.must(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	s.must(err)
	s.write(s.cfg.SIP.Cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	s.write(s.cfg.SIP.Key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// aroundStates are of the folder, the ports, the certificates and the telephones.
var aroundStates = []state{
	{"a second server on the folder", func(s *site) {
		running, err := s.start()
		s.must(err)
		s.t.Cleanup(func() { s.must(running.Close()) })
	}, "", "正由另一个 rexian 使用", "in use by another rexian"},
	{"a file in place of the data folder", func(s *site) { s.remove(s.cfg.Data); s.write(s.cfg.Data, "") }, "", "弄反了",
		"in place of"},
	{"a data folder that others use", func(s *site) { s.must(os.Chmod(s.cfg.Data, 0o777|os.ModeSticky)) }, "", "另选一个",
		"choose another"},
	{"a data folder that cannot be made", func(s *site) { s.cfg.Data = "/sys/rexian" }, "", "不能用", "cannot be used"},
	{"the port for calls taken", func(s *site) { s.cfg.SIP.Listen = []string{"udp://" + s.taken("udp")} }, "",
		"已被别的程序占用", "another program has it"},
	{"the port of tcp taken", func(s *site) { s.cfg.SIP.Listen = []string{"tcp://" + s.taken("tcp")} }, "", "已被别的程序占用",
		"another program has it"},
	{"the port of the administration taken", func(s *site) { s.cfg.HTTP.Listen = s.taken("tcp") }, "", "已被别的程序占用",
		"another program has it"},
	{"an address of another machine", func(s *site) { s.cfg.SIP.Listen = []string{"udp://192.0.2.1:0"} }, "", "没有这个地址",
		"no such address"},
	{"sound at an address of another machine", func(s *site) { s.cfg.Media.Listen = "192.0.2.1" }, "", "没有这个地址",
		"no such address"},
	{"a certificate that has ended", func(s *site) { s.certificate(s.now.AddDate(0, 0, -1)) }, "2+3", "过期",
		"refuse tls"},
	{"a certificate that ends soon", func(s *site) { s.certificate(s.now.AddDate(0, 0, 3)) }, "2+3", "换新的", "renew it"},
	{"no certificate", func(s *site) { s.certificate(s.now.AddDate(1, 0, 0)); s.remove(s.cfg.SIP.Cert) }, "", "证书",
		"certificate"},
	{"the key of another certificate", func(s *site) {
		s.certificate(s.now.AddDate(1, 0, 0))
		first, err := os.ReadFile(s.cfg.SIP.Cert)
		s.must(err)
		s.certificate(s.now.AddDate(1, 0, 0))
		s.write(s.cfg.SIP.Cert, string(first))
	}, "", "私钥", "key"},
	{"telephones cut off", func(s *site) {
		s.cfg.Phones = []config.Phone{{User: "8001", Password: config.Plain("x")}}
		s.write(s.data("phones.json"), `{"version":1,"us`)
	}, "2+3", "放在一边", "set aside"},
	{"switches cut off", func(s *site) { s.write(s.data("switches.json"), "{") }, "2+3", "", ""},
	{"a recording of a call that is none",
		func(s *site) { s.write(s.data("recordings", "2026", "10", "12", "20261012-ab-1.wav"), "x") }, "2+3", "", ""},
	{"half a recording",
		func(s *site) {
			s.write(s.data("recordings", "2026", "10", "12", "20261012-ab-1.wav.part"),
				"x")
		}, "2+3", "", ""},
	{"a file in place of the recordings", func(s *site) {
		_ = os.RemoveAll(s.data("recordings"))
		s.write(s.data("recordings"), "")
	}, "", "弄反了", "in place of"},
	{"a folder in place of the mark of the data folder", func(s *site) {
		_ = os.RemoveAll(s.data("node"))
		s.must(os.Mkdir(s.data("node"), 0o700))
	}, "", "弄反了", "in place of"},
}
