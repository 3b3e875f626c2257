package config

import (
	"fmt"
	"strings"
	"time"

	"rexian/media/sip/digest"
	"rexian/media/sip/trunk"
	"rexian/number"
)

// Trunk is a way to the telephone network.
type Trunk struct {
	Name     string   `toml:"name" required:"true" zh:"名称" en:"its name"`
	Server   string   `toml:"server" required:"true" zh:"对方地址，如 udp://10.0.0.1:5060；只写域名时，传输方式按它的 NAPTR 记录" en:"the other side, such as udp://10.0.0.1:5060; of a name alone the NAPTR records say the transport"`
	Register bool     `toml:"register" default:"false" zh:"是否注册" en:"whether to register"`
	Proxies  []string `toml:"outbound_proxy" zh:"出局代理，近的在前" en:"proxies to go through, the nearest first"`
	User     string   `toml:"user" zh:"用户名" en:"the user name"`
	Password Secret   `toml:"password" zh:"密码；env:变量 或 file:路径 从别处读" en:"the password; env:NAME or file:PATH reads it from elsewhere"`
	AuthUser string   `toml:"auth_user" zh:"认证用户名，与 user 不同时写" en:"the log-in's name, where it differs from user"`
	Domain   string   `toml:"from_domain" zh:"From 和注册里的域名，空为 server 的主机" en:"the domain in From and of the log-in; the server's host if empty"`
	Expires  Duration `toml:"expires" default:"10m" min:"10s" max:"24h" zh:"注册有效期" en:"how long a log-in is asked to hold"`
	Ping     Duration `toml:"ping" default:"30s" min:"0s" zh:"多久问一次对方是否在线（OPTIONS）；0s 不问" en:"how often the other side is asked whether it lives (OPTIONS); 0s: never"`
	CallerID string   `toml:"caller_id" default:"own" oneof:"own given asserted remote hidden" zh:"外呼显示：own 本中继号码；given 原主叫；asserted 原主叫，另在 P-Asserted-Identity 里写本中继号码；remote 本中继号码，另在 Remote-Party-ID 里写原主叫；hidden 不显示" en:"who calls that go out are from: own, the trunk's number; given, the caller's; asserted, the caller's with ours in P-Asserted-Identity; remote, ours with the caller's in Remote-Party-ID; hidden, nobody"`
	Priority int      `toml:"priority" default:"0" zh:"几条中继都能走时，小的先走" en:"of several that take a number, the lower first"`
	Weight   int      `toml:"weight" default:"0" min:"0" max:"65535" zh:"priority 相同的几条按这个比例分担；都是 0 时按书写的顺序" en:"how much of the calls it takes among those of one priority; with 0 for all they go in the order of the file"`
	From     string   `toml:"from" zh:"外呼显示的号码" en:"the number shown on outbound calls"`
	Sources  []string `toml:"sources" zh:"对方送来电、收转移呼叫的其他网段" en:"further networks from which its calls come and to which it may redirect ours"`

	Untrusted bool `toml:"untrusted" default:"false" zh:"不信它说的主叫号码（P-Asserted-Identity、Remote-Party-ID）" en:"do not believe what it asserts of callers (P-Asserted-Identity, Remote-Party-ID)"`

	Refer bool `toml:"refer" default:"false" zh:"它那边的人能不能把通话转走（REFER），由本机按拨号规则呼出" en:"whether who is at its side may pass a call on (REFER): we then call, by the rules of dialling"`

	Area    string   `toml:"area" zh:"本地区号，如 0531；不带区号的号码是它的" en:"our area code, such as 0531; numbers without one are of that area"`
	StripIn []string `toml:"strip_in" zh:"来的号码前面要去掉的，如出局字冠 9" en:"what numbers that come in lose in front, such as the 9 for an outside line"`
	AddIn   string   `toml:"add_in" zh:"来的号码前面要加的" en:"what is put in front of numbers that come in"`
	Form    string   `toml:"form" default:"dialled" oneof:"dialled national e164 plain 00" zh:"去的号码怎么写：dialled 照拨，national 053112345678，e164 +86531…，plain 86531…，00 0086531…" en:"how numbers go out: dialled as they are, national 053112345678, e164 +86531…, plain 86531… or 00 0086531…"`
	Strip   int      `toml:"strip" default:"0" min:"0" max:"20" zh:"去的号码再去掉前几位" en:"digits then taken off the front"`
	Add     string   `toml:"add" zh:"去的号码再在前面加的" en:"what is put in front after that"`

	Prefixes []string `toml:"prefixes" zh:"走这条中继的号码开头，空为全部" en:"the first digits of numbers that take this trunk; all if empty"`
	Allow    []string `toml:"allow" zh:"可以拨的号码开头，all 为任何号码；空为国内号码和 prefixes 写明的" en:"the first digits of numbers that may be called, all for any; numbers of +86 and those that prefixes name if empty"`
	Deny     []string `toml:"deny" zh:"不许拨的号码开头，优先于 allow" en:"the first digits of numbers that may not be called; goes before allow"`

	Codecs []string `toml:"codecs" zh:"编码，优先的在前：PCMA、PCMU；空为都用" en:"codecs, the best first: PCMA, PCMU; both if empty"`
	Ptime  int      `toml:"ptime" default:"20" min:"10" max:"60" zh:"每包多少毫秒语音，对方另有要求时听对方的" en:"milliseconds of sound in a packet, unless the other side wants another"`
	SRTP   string   `toml:"srtp" default:"as_media" oneof:"as_media never optional required" zh:"加密：as_media 同 media.srtp；never 不用；optional 先试，对方不肯就不加密；required 必须" en:"encryption: as_media, as media.srtp says; never; optional, tried first and left out where it is refused; required"`
	CA     string   `toml:"ca" zh:"签发对方 tls 证书的机构，PEM 文件；空为系统信任的" en:"who signed its certificate for tls, a PEM file; those the system trusts if empty"`
	Cert   string   `toml:"cert" zh:"向它出示的 tls 客户端证书，PEM 文件" en:"the client certificate that it is shown over tls, a PEM file"`
	Key    string   `toml:"key" zh:"客户端证书的私钥文件" en:"the key file of the client certificate"`

	ca, cert, key string // what is in the files

	Channels  int     `toml:"channels" default:"0" min:"0" max:"100000" zh:"同时通话上限，来去都算；0 为不限" en:"calls at once, in both directions; 0 for no limit"`
	PerSecond float64 `toml:"calls_per_second" default:"0" min:"0" zh:"每秒外呼上限，0 为不限" en:"outbound calls a second; 0 for no limit"`
	Minutes   int     `toml:"minutes_per_day" default:"0" min:"0" zh:"每天外呼通话分钟上限，各服务器合计，0 为不限" en:"minutes that outbound calls may talk in a day, all servers together; 0 for no limit"`
}

// Phone is a telephone that may register.
type Phone struct {
	User     string `toml:"user" required:"true" zh:"号码" en:"its number"`
	Password Secret `toml:"password" required:"true" zh:"密码" en:"the password"`

	Codecs []string `toml:"codecs" zh:"编码，优先的在前：PCMA、PCMU；空为都用" en:"codecs, the best first: PCMA, PCMU; both if empty"`
	Ptime  int      `toml:"ptime" default:"20" min:"10" max:"60" zh:"每包多少毫秒语音，话机另有要求时听话机的" en:"milliseconds of sound in a packet, unless the telephone wants another"`
	SRTP   string   `toml:"srtp" default:"as_media" oneof:"as_media never optional required" zh:"加密，同中继的 srtp" en:"encryption, as srtp of a trunk"`
}

// Agent is a person who takes calls.
type Agent struct {
	ID     string   `toml:"id" required:"true" zh:"工号" en:"the agent's number"`
	Phone  string   `toml:"phone" required:"true" zh:"话机：注册的号码，或 sip: 地址" en:"the telephone: a registered number, or a sip: address"`
	Skills []string `toml:"skills" required:"true" zh:"技能组" en:"the groups of skill"`
	// Groups and District are by what people and keys are narrowed to a part of the office.
	Groups   []string `toml:"groups" zh:"班组" en:"the groups that they are of"`
	District string   `toml:"district" zh:"所在的区县" en:"the district where they work"`
}

// interval is how often something is done: negative for never, which is written 0s.
func interval(d Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return time.Duration(d)
}

// Line is the trunk as the lines take it.
func (t *Trunk) Line() trunk.Config {
	transport, server := "", t.Server
	if scheme, rest, ok := strings.Cut(t.Server, "://"); ok {
		transport, server = scheme, rest
	}
	rules := number.Rules{Area: t.Area, StripIn: t.StripIn, AddIn: t.AddIn, Form: number.Form(t.Form), Strip: t.Strip,
		Add: t.Add}
	if t.Form == "dialled" {
		rules.Form = number.AsDialled
	}
	return trunk.Config{Name: t.Name, Server: server, Transport: transport, User: t.User,
		Secret: digest.NewSecret(t.Password.Reveal()), Register: t.Register, Number: t.From, Sources: t.Sources,
		Proxies: t.Proxies, AuthUser: t.AuthUser, FromDomain: t.Domain, Expires: time.Duration(t.Expires),
		Ping:     interval(t.Ping),
		CallerID: trunk.CallerID(t.CallerID), Priority: t.Priority,
		Distrust: t.Untrusted, Rules: rules, Prefixes: t.Prefixes, Allow: t.Allow, Deny: t.Deny,
		Channels: t.Channels, PerSecond: t.PerSecond, Minutes: t.Minutes,
		Weight: t.Weight, Profile: profile(t.Codecs, t.Ptime, t.SRTP), CA: t.ca, Cert: t.cert,
		Key: digest.NewSecret(t.key)}
}

// checkTrunks tells what the lines would refuse.
func checkTrunks(c *Config, bad func(key, zh, en string)) {
	names := map[string]bool{}
	for i := range c.Trunks {
		t := &c.Trunks[i]
		key := fmt.Sprintf("trunk[%d]", i+1)
		if names[t.Name] {
			bad(key+".name", "有两条中继叫 "+t.Name, "there are two trunks of the name "+t.Name)
		}
		names[t.Name] = true
		checkSound(key, t.Codecs, t.Ptime, bad)
		if (t.Cert == "") != (t.Key == "") {
			bad(key+".cert", "cert 和 key 要写就都写", "cert and key go together")
			continue
		}
		if t.Name == "" || t.Server == "" {
			continue // told already
		}
		if err := trunk.Check(t.Line()); err != nil {
			bad(key+".name", "中继 "+t.Name+" 这样写不行："+err.Error(), err.Error())
		}
	}
	for i := range c.Phones {
		checkSound(nth("phone", i), c.Phones[i].Codecs, c.Phones[i].Ptime, bad)
	}
}
