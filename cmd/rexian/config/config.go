// Package config is rexian.toml: what a server needs to know that is not in the flows.
//
// The file's shape is the struct Config. Each key carries its documentation in both tongues and its default in its
// tags, so that the file, the annotated example that Write prints, and the checks cannot drift apart.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rexian/lang/diag"
	"rexian/stdlib/node"
)

// Config is the whole file. Paths are relative to the file's folder.
type Config struct {
	Node      string    `toml:"node" zh:"本节点的名称，几台服务共用一个数据库时各不相同；缺省为主机名" en:"this server's name among those that share the database; the host's name unless given"`
	Flows     string    `toml:"flows" default:"flows" zh:"流程文件夹，或 build 产生的 .rxb 程序包" en:"the folder of the flows, or a .rxb bundle made by build"`
	Data      string    `toml:"data" default:"data" zh:"数据文件夹：数据库、录音、留言、版本" en:"the data folder: database, recordings, voicemail, versions"`
	SIP       SIP       `toml:"sip" zh:"电话信令" en:"telephone signalling"`
	Media     Media     `toml:"media" zh:"语音" en:"sound"`
	Guard     Guard     `toml:"guard" zh:"对来源的限制" en:"limits for each source"`
	HTTP      HTTP      `toml:"http" zh:"管理接口、健康检查和指标" en:"administration, health and metrics"`
	Database  Database  `toml:"database" zh:"数据库" en:"the database"`
	Recording Recording `toml:"recording" zh:"录音" en:"recordings"`
	Traces    Traces    `toml:"traces" zh:"每通电话的经过，给 rexian replay 重放" en:"traces of calls, for rexian replay"`
	Voice     Voice     `toml:"voice" zh:"提示语的声音" en:"the voice of the prompts"`
	Message   Message   `toml:"message" zh:"短信和邮件" en:"text messages and mail"`
	SMS       SMS       `toml:"sms" zh:"短信网关怎么用：地址、正文、成功的标志、回执、上行" en:"how the text gateway is talked to: address, body, success, reports, texts that come in"`
	Tickets   Tickets   `toml:"tickets" zh:"工单" en:"tickets"`
	Meters    Meters    `toml:"meters" zh:"电话抄表" en:"meters that are read by telephone"`
	Campaigns Campaigns `toml:"campaigns" zh:"外呼任务" en:"outbound campaigns"`
	Log       Log       `toml:"log" zh:"日志" en:"the log"`
	Trunks    []Trunk   `toml:"trunk" zh:"中继，可以有多条" en:"trunks, as many as needed"`
	Phones    []Phone   `toml:"phone" zh:"可以注册的话机" en:"telephones that may register"`
	Agents    []Agent   `toml:"agent" zh:"固定的座席" en:"agents who are always signed in"`
	Settings  Settings  `toml:"settings" zh:"流程里声明的参数，在这里改值：名称 = \"值\"" en:"values for the settings that the flows declare: name = \"value\""`

	Dir string `toml:"-"` // the folder that relative paths are from

	exposed []string `toml:"-"` // see Exposed
	name    string   `toml:"-"` // the file, for Wrong
	text    []byte   `toml:"-"`
}

// Settings are overrides of the flows' settings, written as in a flow.
type Settings map[string]string

// SIP is how calls come in.
type SIP struct {
	Listen     []string `toml:"listen" default:"udp://127.0.0.1:5060" zh:"监听地址，udp、tcp、tls、ws" en:"addresses to listen on: udp, tcp, tls, ws"`
	Advertise  string   `toml:"advertise" zh:"对外公布的地址，用于内网之后" en:"the address to give to others, behind a translating router"`
	Domains    []string `toml:"domains" zh:"本机的域名，话机和座席转接时用的" en:"names of this server, as telephones write them when they pass a call on"`
	Proxies    []string `toml:"proxies" zh:"话机经过的本单位代理（网段、地址或域名），只有它们能写 Path" en:"proxies of ours that telephones come through (networks, addresses, names): only they may set Path"`
	Cert       string   `toml:"cert" zh:"TLS 证书文件" en:"the certificate file for tls"`
	Key        string   `toml:"key" zh:"TLS 私钥文件" en:"the key file for tls"`
	MaxCalls   int      `toml:"max_calls" default:"2000" min:"1" max:"100000" zh:"同时通话上限，超过的回答 503" en:"calls at once; more are answered with 503"`
	Expires    Duration `toml:"session_expires" default:"30m" min:"90s" zh:"会话定时器（RFC 4028）" en:"the session timer (RFC 4028)"`
	WebOrigins []string `toml:"ws_origins" zh:"哪些网页可以打开 WebSocket，如 https://phone.example.org；本机自己的网页总可以，* 是全部" en:"web pages that may open a WebSocket, such as https://phone.example.org; pages of this very host may anyway, * is all"`
	LocalNet   []string `toml:"localnet" zh:"本单位的网段，如 192.168.0.0/16：对它们说内网地址，对其他的说 advertise" en:"networks of ours, such as 192.168.0.0/16: they are told our address there, all others advertise"`
	Inbound    string   `toml:"inbound" default:"auto" oneof:"auto trunks listed everybody" zh:"谁可以打进来：trunks 中继、已注册的话机、受信网段和本机；listed 再加 inbound_from；everybody 任何人；auto 配了中继就是前者，否则任何人" en:"who may call: trunks, registered telephones, trusted networks and this machine; listed, those and inbound_from; everybody; auto is the first once a trunk is configured, else everybody"`
	From       []string `toml:"inbound_from" zh:"还有哪些网段可以打进来" en:"further networks that may call"`
	TraceMB    int      `toml:"trace_mb" default:"16" min:"0" max:"1024" zh:"内存里留最近通话的 SIP 报文多少 MB，给 rexian trace 看；0 不留" en:"how many MB of the latest calls' SIP messages are kept in memory for rexian trace; 0 for none"`
	DSCP       int      `toml:"dscp" default:"24" min:"0" max:"63" zh:"信令包的 DSCP，24 是 CS3；0 由系统定" en:"the DSCP of signalling, 24 is CS3; 0 leaves it to the system"`
	Digest     string   `toml:"digest" default:"both" oneof:"both sha256 md5" zh:"话机登录的摘要：both、sha256、md5；旧话机见到 sha256 就放弃的用 md5" en:"the digest with which telephones log in: both, sha256 or md5; old ones that give up at sha256 need md5"`
}

// Media is how sound comes and goes.
type Media struct {
	Listen    string   `toml:"listen" default:"127.0.0.1" zh:"收发语音的地址" en:"the address to send and receive sound on"`
	Advertise string   `toml:"advertise" zh:"写进 SDP 的地址，缺省同上" en:"the address put into SDP; the same unless given"`
	PortMin   int      `toml:"port_min" default:"20000" min:"0" max:"65535" zh:"端口从" en:"ports from"`
	PortMax   int      `toml:"port_max" default:"39999" min:"0" max:"65535" zh:"端口到；两项都是 0 时由系统分配" en:"ports to; with both 0 the system chooses"`
	Threads   int      `toml:"threads" default:"0" min:"0" max:"256" zh:"语音线程数，0 为每核一个" en:"threads for sound, 0 for one per core"`
	Uring     bool     `toml:"io_uring" default:"true" zh:"系统支持时用 io_uring 成批收发语音包，约省三分之一处理器时间" en:"hand packets to the system many at once (io_uring) where it can, at about two thirds of the cost"`
	DSCP      int      `toml:"dscp" default:"46" min:"0" max:"63" zh:"语音包的 DSCP，46 是 EF；0 由系统定" en:"the DSCP of sound, 46 is EF; 0 leaves it to the system"`
	SRTP      string   `toml:"srtp" default:"offered" oneof:"never offered required" zh:"加密：never、offered、required" en:"encryption: never, offered or required"`
	InBand    bool     `toml:"inband_keys" default:"true" zh:"也听语音里的按键音" en:"hear keys in the sound too"`
	Timeout   Duration `toml:"timeout" default:"60s" min:"5s" zh:"多久收不到语音就挂机" en:"hang up when no sound came for so long"`
	Lead      Duration `toml:"lead_silence" default:"200ms" min:"0s" max:"5s" zh:"接通后先静多久再说第一个字" en:"silence between the answer and the first word"`
}

// Guard limits what a source may do.
type Guard struct {
	Requests float64 `toml:"requests_per_second" default:"50" min:"1" zh:"每个来源每秒的请求" en:"requests a second from one source"`
	Calls    float64 `toml:"calls_per_second" default:"20" min:"0.1" zh:"每个来源每秒的新呼叫，超过的回答 503" en:"new calls a second from one source; more are answered with 503"`

	Connections        int `toml:"connections" default:"64" min:"1" zh:"每个来源同时的 TCP、TLS、WebSocket 连接" en:"connections of one source at once: TCP, TLS and WebSocket"`
	Unacknowledged     int `toml:"unacknowledged" default:"200" min:"1" zh:"陌生来源接通了还没有 ACK 的电话，总共" en:"calls of strangers that are not acknowledged yet, of all sources"`
	UnacknowledgedEach int `toml:"unacknowledged_per_source" default:"30" min:"1" zh:"同上，每个来源" en:"the same of one source"`
	Reserved           int `toml:"reserved_percent" default:"50" min:"0" max:"100" zh:"通话上限里给中继、已注册话机和受信网段留多少，百分数；没有配置这些时不留" en:"how much of max_calls strangers leave to trunks, registered telephones and trusted networks, in per cent; nothing where there are none"`

	Trusted []string `toml:"trusted" zh:"不受限制的网段，如中继和代理" en:"networks without limits, such as trunks and proxies"`
	Deny    []string `toml:"deny" zh:"拒绝的网段" en:"networks to refuse"`
}

// HTTP is the administration's interface.
type HTTP struct {
	Listen string `toml:"listen" default:"127.0.0.1:8080" zh:"监听地址，空为不监听" en:"the address to listen on, empty for none"`
	Token  Secret `toml:"token" zh:"管理口令；不在本机监听时必须有" en:"the administration's token; needed unless it listens on this machine only"`
	Cert   string `toml:"cert" zh:"TLS 证书文件；和私钥都写上时用 https，换了文件不用重启" en:"the certificate file for https; a renewed file needs no restart"`
	Key    string `toml:"key" zh:"TLS 私钥文件" en:"the key file for https"`
	// Advertise is where the other nodes reach it.
	Advertise string `toml:"advertise" zh:"其他节点访问这里的地址，如 https://10.0.0.2:8080；不写则按监听地址" en:"where other nodes reach it, https://10.0.0.2:8080; by listen unless given"`
	Profile   bool   `toml:"profile" default:"false" zh:"在 /debug/pprof 提供运行剖析（Go pprof）" en:"serve profiles of the running program at /debug/pprof (Go's pprof)"`
	Tests     bool   `toml:"allow_tests" default:"false" zh:"允许 rexian test --over sip 连到这里" en:"let rexian test --over sip drive calls here"`
}

// Database is where records are kept.
type Database struct {
	URL    Secret `toml:"url" zh:"sqlite:路径 或 postgres://…；缺省是数据文件夹里的 rexian.db" en:"sqlite:PATH or postgres://…; rexian.db in the data folder unless given"`
	Bureau Secret `toml:"bureau" zh:"只读的业务库，供 .sql 查询使用" en:"the bureau's own database, read only, for .sql lookups"`
	Pooler string `toml:"pooler" default:"auto" oneof:"auto yes no" zh:"PostgreSQL 前面有没有按事务分配连接的连接池（PgBouncer 等）：auto 自己看出来" en:"whether a pooler of transactions (PgBouncer and the like) stands before PostgreSQL; auto finds out"`
	Demo   bool   `toml:"demo" default:"false" zh:"空库时装入演示数据" en:"load demonstration data into an empty database"`
}

// Recording tells what is recorded.
type Recording struct {
	Calls  string `toml:"calls" default:"all" oneof:"all none" zh:"全程录音：all、none" en:"record whole calls: all or none"`
	Format string `toml:"format" default:"g711" oneof:"g711 pcm" zh:"录音文件：g711（与通话相同，每秒 16 KB）、pcm（16 位，32 KB）" en:"files of recordings: g711, as calls come (16 KB a second), or pcm, 16 bits (32 KB)"`

	KeepCalls      int `toml:"keep_calls" default:"0" min:"0" max:"36500" zh:"全程录音保留多少天，之后删除文件，留下记录；0 一直保留" en:"days that recordings of whole calls are kept; then the file is deleted and the record stays; 0 for ever"`
	KeepSteps      int `toml:"keep_steps" default:"0" min:"0" max:"36500" zh:"流程里录的话保留多少天；0 一直保留" en:"days that what callers say to a step of a flow is kept; 0 for ever"`
	KeepVoicemails int `toml:"keep_voicemails" default:"0" min:"0" max:"36500" zh:"处理完的留言保留多少天；没有处理完的不删；0 一直保留" en:"days that messages are kept once they are dealt with; others are not deleted; 0 for ever"`
}

// Traces tells how much is kept of what calls were given.
type Traces struct {
	MB   int `toml:"mb" default:"512" min:"0" max:"1048576" zh:"最多留多少 MB，满了先删最早的；一通电话不到 1 KB；0 不留" en:"how many MB are kept, the oldest go first; a call takes less than 1 KB; 0 for none"`
	Days int `toml:"days" default:"30" min:"1" max:"3650" zh:"留多少天" en:"for how many days"`
}

// Voice tells how words get a voice when flows are deployed.
type Voice struct {
	Engine  string   `toml:"engine" default:"auto" oneof:"auto none espeak-ng http" zh:"合成：auto、none、espeak-ng、http；只在发布流程时合成" en:"synthesis: auto, none, espeak-ng or http; only when flows are deployed"`
	URL     string   `toml:"url" zh:"http 合成服务的地址；{text} {lang} {voice} 处填入话、语种、声音" en:"the address of the http engine; {text}, {lang} and {voice} are filled in"`
	Body    string   `toml:"body" zh:"http 请求的正文，同样填入；缺省 {\"lang\":\"{lang}\",\"voice\":\"{voice}\",\"text\":\"{text}\"}" en:"the body of the request, filled in likewise; {\"lang\":\"{lang}\",\"voice\":\"{voice}\",\"text\":\"{text}\"} unless given"`
	Type    string   `toml:"content_type" default:"application/json" zh:"正文的类型" en:"the type of the body"`
	Voices  []string `toml:"voices" zh:"每种语言用服务的哪个声音，如 zh=xiaoyun；写了就只说这些语言" en:"the service's voice for each language, such as zh=xiaoyun; it then speaks only these"`
	Token   Secret   `toml:"token" zh:"http 合成服务的口令" en:"the token of the http engine"`
	Header  string   `toml:"header" default:"Authorization" zh:"口令放在哪个标头" en:"the header that the token goes into"`
	Scheme  string   `toml:"scheme" default:"Bearer" zh:"口令前的词；空为只有口令" en:"the word before the token; empty for the token alone"`
	Timeout Duration `toml:"timeout" default:"20s" min:"1s" zh:"一句话合成的时限" en:"how long one sentence may take"`
}

// Message tells how messages leave and mails come in.
type Message struct {
	PerMinute int      `toml:"sms_per_minute" default:"5" min:"0" max:"1000" zh:"一分钟内发给同一号码的短信条数，防短信轰炸；流程里写明的号码不限；0 不限" en:"texts to one number within a minute, against bombing somebody with texts; a number that a flow names has no limit; 0 for none at all"`
	PerHour   int      `toml:"sms_per_hour" default:"10" min:"0" max:"10000" zh:"一小时内的条数；0 不限" en:"within an hour; 0 for no limit"`
	PerDay    int      `toml:"sms_per_day" default:"20" min:"0" max:"10000" zh:"一天内的条数；0 不限" en:"within a day; 0 for no limit"`
	Unlimited []string `toml:"sms_unlimited" zh:"不受这些限制的号码，如值班手机" en:"numbers without these limits, such as that of the officer on duty"`

	Gateway  string `toml:"sms_url" zh:"短信网关的地址；没有时写进数据文件夹的 outbox" en:"the address of the text gateway; without one, messages go to outbox in the data folder"`
	Token    Secret `toml:"sms_token" zh:"短信网关的口令" en:"the token of the text gateway"`
	SMTP     string `toml:"smtp" zh:"邮件服务器 主机:端口" en:"the mail server, host:port"`
	User     string `toml:"smtp_user" zh:"邮件用户" en:"the user at the mail server"`
	Password Secret `toml:"smtp_password" zh:"邮件密码" en:"the password at the mail server"`
	From     string `toml:"from" zh:"发件地址" en:"the sender's address"`

	IMAP         string   `toml:"imap" zh:"收信服务器 主机:端口，空为不收邮件；收到的邮件像短信一样进入 来信 的流程" en:"the server that mails are received from, host:port, empty for none; they enter the flows of messages as texts do"`
	IMAPUser     string   `toml:"imap_user" zh:"收信用户" en:"the user at that server"`
	IMAPPassword Secret   `toml:"imap_password" zh:"收信密码" en:"the password at that server"`
	IMAPFolder   string   `toml:"imap_folder" default:"INBOX" zh:"看哪个邮件夹，里面未读的邮件都会答复" en:"the folder that is watched; all its unread mails are answered"`
	IMAPTLS      string   `toml:"imap_tls" default:"implicit" oneof:"implicit starttls none" zh:"implicit（端口 993）、starttls、none；none 不加密，只能连本机和内网地址" en:"implicit (port 993), starttls or none; none is unprotected, and only for this machine and addresses of private networks"`
	IMAPPoll     Duration `toml:"imap_poll" default:"30s" min:"5s" max:"20m" zh:"多久看一次；服务器会主动通知的，一有新邮件就看" en:"how often to look; where the server tells of new mails they are taken at once"`
}

// Tickets tells who watches over tickets.
type Tickets struct {
	Alerts []string `toml:"alerts" zh:"工单快到期、已超期时通知谁：手机号码和邮箱；每人每小时最多一条，汇总在一起" en:"who is told of tickets near their limit or over it: mobile numbers and mail addresses; gathered into one text an hour for each"`
	Quiet  string   `toml:"quiet" default:"22:00-8:00" zh:"这段时间不通知，过后再说；none 为不限" en:"nobody is told meanwhile, but afterwards; none for no such hours"`
}

// QuietHours are the times of day between which nobody is told; the same for both: there are none. ok is false if they
// cannot be read.
func (t *Tickets) QuietHours() (from, to time.Duration, ok bool) {
	if t.Quiet == "none" {
		return 1, 1, true
	}
	begin, end, ok := strings.Cut(t.Quiet, "-")
	a, err := time.Parse("15:04", strings.TrimSpace(begin))
	b, err2 := time.Parse("15:04", strings.TrimSpace(end))
	if !ok || err != nil || err2 != nil || a.Equal(b) {
		return 0, 0, false
	}
	clock := func(t time.Time) time.Duration {
		return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	return clock(a), clock(b), true
}

// Meters tells what the meters are like whose readings are keyed.
type Meters struct {
	Digits int `toml:"digits" default:"8" min:"1" max:"12" zh:"表上有几位数，不算小数；满了从零开始" en:"how many digits they show, without places after the point; then they begin again at 0"`
}

// Campaigns tells how campaigns call.
type Campaigns struct {
	Ring Duration `toml:"ring" default:"30s" min:"1s" max:"2m" zh:"外呼振铃多久无人接就放弃" en:"how long a telephone that is called rings"`
	// what was heard before calls ended without an answer
	EarlyDays int `toml:"early_days" default:"30" min:"1" max:"3650" zh:"接通前听到的声音保留几天" en:"for how many days the sound before the answer is kept"`
	EarlyMB   int `toml:"early_mb" default:"512" min:"1" max:"1048576" zh:"接通前听到的声音最多多少 MB，满了先删最旧的" en:"megabytes of sound before answers that are kept at most; then the oldest goes"`
}

// Log tells how the log looks.
type Log struct {
	Format string `toml:"format" default:"auto" oneof:"auto text json" zh:"auto、text、json；auto 在终端上是 text" en:"auto, text or json; auto is text on a terminal"`
	Level  string `toml:"level" default:"info" oneof:"debug info warn error" zh:"debug、info、warn、error" en:"debug, info, warn or error"`
}

// Duration is a time such as 30s or 5m.
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText writes it as it is read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Secret does not show itself. Written as env:NAME or file:PATH it stands for what is there.
type Secret struct{ value string }

// Plain makes a secret of a text.
func Plain(s string) Secret { return Secret{s} }

// UnmarshalText takes a secret as it is written; Load follows env: and file:.
func (s *Secret) UnmarshalText(b []byte) error { s.value = string(b); return nil }

// MarshalText hides it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String hides it, so that no log and no error shows it by mistake.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return "•••"
}

// GoString hides it from %#v.
func (s Secret) GoString() string { return s.String() }

// Reveal is the secret itself.
func (s Secret) Reveal() string { return s.value }

// IsSet tells whether there is one.
func (s Secret) IsSet() bool { return s.value != "" }

// Problem is one thing wrong with a file.
type Problem struct {
	Key  string // dotted path of the key, "" for the whole file
	Line int    // 0 if not known
	diag.Text
}

// Invalid is all that is wrong with a file.
type Invalid struct {
	File     string
	Problems []Problem
}

func (e *Invalid) Error() string { return e.In(diag.En) }

// In lists the problems in a tongue, one a line.
func (e *Invalid) In(t diag.Tongue) string {
	var lines []string
	for _, p := range e.Problems {
		place := e.File
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d", e.File, p.Line)
		}
		line := place + ": "
		if p.Key != "" {
			line += p.Key + ": "
		}
		lines = append(lines, line+p.Text.In(t))
	}
	return strings.Join(lines, "\n")
}

// Default is the configuration of an empty file.
func Default() *Config {
	c := &Config{}
	defaults(c)
	return c
}

// Load reads and checks a file. Its error is an *Invalid if the file can be read and is wrong.
func Load(path string) (*Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(src, path)
}

// Parse reads and checks the text of a file; name is where it is, for messages and relative paths. All that is wrong
// is told, in the order of its lines.
func Parse(src []byte, name string) (*Config, error) {
	c := Default()
	c.Dir, c.name, c.text = filepath.Dir(name), name, src
	problems := decode(src, c)
	told := map[string]bool{}
	for _, p := range problems {
		told[p.Key] = true
	}
	if c.writesSecrets() {
		c.open(name)
	}
	unread := c.readCertificates()
	for _, p := range append(append(unread, Check(c)...), c.follow()...) {
		if !told[p.Key] { // of a value that cannot be read nothing more is to be said
			problems = append(problems, p)
		}
	}
	if len(problems) == 0 {
		return c, nil
	}
	return nil, c.Wrong(problems)
}

// Wrong is the error that tells of problems found in a configuration, with their lines in its file.
func (c *Config) Wrong(problems []Problem) *Invalid {
	Locate(c.text, problems)
	return &Invalid{File: c.name, Problems: problems}
}

// Locate finds the lines of problems in the text of the file, and puts them into the order of the lines.
func Locate(src []byte, problems []Problem) {
	for i := range problems {
		if problems[i].Line == 0 {
			problems[i].Line = lineOf(src, problems[i].Key)
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
}

// NodeName is the node's name: the one that is given, or else the host's.
func (c *Config) NodeName() string {
	if c.Node != "" {
		return c.Node
	}
	host, err := os.Hostname()
	if err != nil || node.CheckName(host) != (diag.Text{}) {
		return "local"
	}
	return host
}

// Path is where a path of the file lies.
func (c *Config) Path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.Dir, p)
}

// follow replaces secrets written as env:NAME or file:PATH by what is there.
func (c *Config) follow() []Problem {
	var problems []Problem
	eachSecret(c, func(key string, s *Secret) {
		if name, ok := strings.CutPrefix(s.value, "env:"); ok {
			v, set := os.LookupEnv(name)
			if !set {
				problems = append(problems,
					Problem{Key: key, Text: diag.Text{Zh: "没有环境变量 " + name, En: "the environment has no " + name}})
			}
			if set && v == "" {
				problems = append(problems, Problem{Key: key,
					Text: diag.Text{Zh: "环境变量 " + name + " 是空的", En: name + " in the environment is empty"}})
			}
			s.value = v
			return
		}
		if file, ok := strings.CutPrefix(s.value, "file:"); ok {
			b, err := os.ReadFile(c.Path(file))
			c.open(c.Path(file))
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					err = fs.ErrNotExist
				}
				problems = append(problems,
					Problem{Key: key,
						Text: diag.Text{Zh: "读不到文件 " + file, En: "cannot read " + file + ": " + err.Error()}})
			}
			if s.value = strings.TrimRight(string(b), "\r\n"); s.value == "" && err == nil {
				problems = append(problems,
					Problem{Key: key, Text: diag.Text{Zh: "文件 " + file + " 是空的", En: file + " is empty"}})
			}
		}
	})
	return problems
}
