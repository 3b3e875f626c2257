package config

import (
	"regexp"
	"strings"

	"rexian/stdlib/message"
)

// SMS is the profile of a text gateway: how it is talked to. The texts have holes such as {to}.
type SMS struct {
	URL     string   `toml:"url" zh:"网关的发送地址。地址、请求头和正文里可以写 {to} 号码、{text} 内容、{id} 本系统的短信号、{user} {key} {secret}、{time}（如 20261130093000）、{unix}、{millis}；{user+secret+time|md5} 先连接再计算，可用 md5 sha1 sha256 hmac base64 upper lower url pct json bare；签名见 let" en:"where the gateway takes texts. In addresses, headers and bodies stand {to}, {text}, {id} (ours of the text), {user} {key} {secret}, {time} (as 20261130093000), {unix}, {millis}; {user+secret+time|md5} joins and then reckons, with md5 sha1 sha256 hmac base64 upper lower url pct json bare; see let for signatures"`
	Let     []string `toml:"let" zh:"自己定义的名字，如 [\"day = {utc_date}\"]，依次求值，填进来不转义；用 {body} 的只能写在地址和请求头里。签名用 hmac_sha1:名 hmac_sha256:名，冒号后是密钥；名后加 _raw 得到字节" en:"names of your own, such as [\"day = {utc_date}\"], one after another and not escaped; those with {body} are for addresses and headers. Signatures are hmac_sha1:NAME and hmac_sha256:NAME with the key's name; _raw behind it gives bytes"`
	Method  string   `toml:"method" default:"POST" oneof:"POST GET PUT" zh:"POST、GET、PUT" en:"POST, GET or PUT"`
	Headers []string `toml:"headers" zh:"请求头，如 [\"Authorization: Bearer {key}\"]；hmac 用 secret 作密钥，{body} 是正文" en:"headers, such as [\"Authorization: Bearer {key}\"]; hmac takes secret as its key, {body} is the body"`
	Format  string   `toml:"format" default:"json" oneof:"json form raw" zh:"正文的格式 json、form、raw，填进去的内容按它转义" en:"the body is json, form or raw; what is filled in is escaped for it"`
	Body    string   `toml:"body" zh:"正文，如 '{\"mobile\":\"{to}\",\"content\":\"{text}\"}'" en:"the body, such as '{\"mobile\":\"{to}\",\"content\":\"{text}\"}'"`
	User    string   `toml:"user" zh:"{user} 帐号" en:"the account, {user}"`
	Key     Secret   `toml:"key" zh:"{key}；可以写 env:变量 或 file:路径" en:"{key}; env:NAME or file:PATH reads it from elsewhere"`
	Secret  Secret   `toml:"secret" zh:"{secret}，签名用" en:"{secret}, for signatures"`
	Timeout Duration `toml:"timeout" default:"15s" min:"1s" max:"1m" zh:"多久没有回答算结果不明；不明的不会重发，只会去问" en:"how long an answer may take; without one it is not known whether the text was taken, and it is not sent again but asked about"`

	OK      string   `toml:"ok_field" zh:"回答里哪个字段表示成功，如 code 或 data.0.status；不写则 2xx 就是成功" en:"the field of the answer that tells of success, such as code or data.0.status; without one 2xx is success"`
	OKIs    []string `toml:"ok_values" zh:"它的哪些值是成功" en:"its values of success"`
	BusyIs  []string `toml:"busy_values" zh:"它的哪些值是没收下、过一会再发；其他的值是拒绝" en:"its values for not taken and to be tried later; all others refuse"`
	ID      string   `toml:"id_field" zh:"网关的短信号在哪个字段" en:"the field with the gateway's id"`
	Refused string   `toml:"refused_field" zh:"只在拒绝时才有的字段，值是原因代码；busy_values 里的是过一会再发" en:"the field that is there only where a text is refused, with the reason's code; those of busy_values are tried later"`
	Why     string   `toml:"why_field" zh:"原因在哪个字段" en:"the field with the reason"`
	Pattern string   `toml:"ok_pattern" zh:"回答不是 JSON 的，合这个正则表达式是成功，第一个括号是短信号，如 '^0,(\\d+)'" en:"for answers that are no JSON: what matches this is success, its first group the id, such as '^0,(\\d+)'"`

	AskURL       string   `toml:"ask_url" zh:"问结果的地址，可以写 {id} 或 {provider_id}（网关的短信号）；收下的和结果不明的都会问" en:"where to ask what became of a text, by {id} or {provider_id} (the gateway's): those taken, and those of which nobody knows"`
	AskBody      string   `toml:"ask_body" zh:"问的正文；没有就用 GET" en:"the body to ask with; GET without one"`
	AskHeaders   []string `toml:"ask_headers" zh:"问和取时的请求头，加在 headers 之外或代替同名的" en:"headers for asking and fetching, beside headers or instead of those of the same name"`
	AskState     string   `toml:"ask_state" zh:"状态在哪个字段" en:"the field with the state"`
	AskDelivered []string `toml:"ask_delivered" zh:"它的哪些值是送达" en:"its values for delivered"`
	AskFailed    []string `toml:"ask_failed" zh:"哪些是失败" en:"for failed"`
	AskSent      []string `toml:"ask_sent" zh:"哪些是已收下" en:"for taken"`
	AskUnheard   []string `toml:"ask_unheard" zh:"哪些是网关没有这条短信：只有这样才会再发" en:"for never heard of: only such a text is sent again"`

	PullURL   string   `toml:"pull_url" zh:"取回执的地址，每次给出上次以后的" en:"where reports are fetched, each time those since the last"`
	PullBody  string   `toml:"pull_body" zh:"取的正文；没有就用 GET" en:"the body to fetch with; GET without one"`
	Receipt   string   `toml:"receipt_path" zh:"网关推送回执的路径，以 /sms/ 开头，在管理接口的地址上" en:"the path to which the gateway posts reports; begins with /sms/, at the administration's address"`
	ReportsIn string   `toml:"receipt_list" zh:"回执列表在哪个字段；整个就是列表或一条时不写。JSON 和表单都可以" en:"the field with the list of reports; none where the whole is the list, or one. JSON or a form"`
	ReportID  string   `toml:"receipt_id" zh:"短信号（网关的或本系统的）的字段" en:"the field with the id, the gateway's or ours"`
	ReportTo  string   `toml:"receipt_to" zh:"号码的字段；和发给的号码不同的回执不算" en:"the field with the number; a report with another's does not count"`
	ReportIs  string   `toml:"receipt_state" zh:"状态的字段" en:"the field with the state"`
	ReportWhy string   `toml:"receipt_why" zh:"原因的字段" en:"the field with the reason"`
	Delivered []string `toml:"receipt_delivered" default:"DELIVRD" zh:"哪些值是送达，其他是失败" en:"its values for delivered; others mean failed"`
	Pending   []string `toml:"receipt_pending" zh:"哪些值是还不知道" en:"its values for not known yet"`

	Inbound   string   `toml:"inbound_path" zh:"网关推送上行短信的路径，以 /sms/ 开头；短信进入 来信 的流程" en:"the path to which the gateway posts texts that come in; begins with /sms/. They enter the flows of messages"`
	InboundIn string   `toml:"inbound_list" zh:"上行短信列表的字段" en:"the field with their list"`
	InboundID string   `toml:"inbound_id" zh:"上行短信号的字段；没有时按号码、内容和时间认" en:"the field with the text's id; without one it is known by number, words and minute"`
	From      string   `toml:"inbound_from" zh:"号码的字段" en:"the field with the number"`
	Text      string   `toml:"inbound_text" zh:"内容的字段" en:"the field with the words"`
	OptOut    []string `toml:"optout" default:"退订 TD T STOP" zh:"回复这些就不再收到通知" en:"who answers so gets no more notices"`

	CallbackSecret  Secret   `toml:"callback_secret" zh:"网关推送时要带的口令：?secret=…、X-Callback-Secret 头或 Basic 密码" en:"what the gateway gives when it posts: ?secret=…, the header X-Callback-Secret or the password of Basic"`
	CallbackSources []string `toml:"callback_sources" zh:"只从这些网段收推送" en:"networks from which the gateway posts"`
	CallbackAnswer  string   `toml:"callback_answer" default:"ok" zh:"推送收下后的回答，如 '{\"code\":0}'" en:"what is answered to it, such as '{\"code\":0}'"`
}

// IsSet tells whether there is a profile.
func (c *SMS) IsSet() bool { return c.URL != "" }

// Profile is the profile as the outbox takes it. A pattern that is none is told by checkSMS.
func (c *SMS) Profile() message.Profile {
	p := message.Profile{Let: c.Let, Method: c.Method, URL: c.URL, Headers: c.Headers, Format: c.Format, Body: c.Body,
		User: c.User,
		Key:  message.Secret(c.Key.Reveal()), Secret: message.Secret(c.Secret.Reveal()), OK: c.OK, OKIs: c.OKIs,
		BusyIs: c.BusyIs, ID: c.ID, Refused: c.Refused, Why: c.Why,
		Ask: message.Ask{URL: c.AskURL, Body: c.AskBody, Headers: c.AskHeaders, State: c.AskState,
			Delivered: c.AskDelivered,
			Failed:    c.AskFailed, Sent: c.AskSent, Unheard: c.AskUnheard},
		Receipt: message.Receipt{PullURL: c.PullURL, PullBody: c.PullBody, List: c.ReportsIn, ID: c.ReportID,
			To:    c.ReportTo,
			State: c.ReportIs, Why: c.ReportWhy, Delivered: c.Delivered, Pending: c.Pending},
		Inbound: message.Inbound{List: c.InboundIn, ID: c.InboundID, From: c.From, Text: c.Text}}
	if c.Pattern != "" {
		p.Pattern, _ = regexp.Compile(c.Pattern)
	}
	return p
}

// checkSMS tells what is wrong with the profile of the text gateway.
func checkSMS(c *Config, bad func(key, zh, en string)) {
	s := &c.SMS
	if !s.IsSet() {
		if s.Receipt != "" || s.Inbound != "" {
			bad("sms.url", "写了 receipt_path 或 inbound_path 就必须写", "is needed with receipt_path or inbound_path")
		}
		return
	}
	if c.Message.Gateway != "" {
		bad("sms.url", "和 message.sms_url 只能写一个", "goes not together with message.sms_url")
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		bad("sms.ok_pattern", "不是正则表达式", "is no regular expression")
	}
	p := s.Profile()
	for key, err := range p.Check() {
		bad("sms."+key, "不对："+err.Error(), err.Error())
	}
	need := func(of, key, value string) {
		if value == "" {
			bad("sms."+key, "写了 "+of+" 就必须写", "is needed with "+of)
		}
	}
	for _, path := range []struct{ key, value string }{{"receipt_path", s.Receipt}, {"inbound_path", s.Inbound}} {
		if path.value == "" {
			continue
		}
		if !strings.HasPrefix(path.value, "/sms/") || strings.ContainsAny(path.value, "{}?# ") {
			bad("sms."+path.key, "要以 /sms/ 开头，如 /sms/receipt", "must begin with /sms/, as /sms/receipt does")
		}
		need(path.key, "callback_secret", s.CallbackSecret.Reveal()+strings.Join(s.CallbackSources, ""))
		if c.HTTP.Listen == "" {
			bad("http.listen", "写了 sms."+path.key+" 就必须写", "is needed with sms."+path.key)
		}
	}
	if s.Receipt != "" && s.Receipt == s.Inbound {
		bad("sms.inbound_path", "不能和 receipt_path 相同", "must differ from receipt_path")
	}
	if s.Receipt != "" || s.PullURL != "" {
		need("receipt_path / pull_url", "receipt_id", s.ReportID)
		need("receipt_path / pull_url", "receipt_state", s.ReportIs)
	}
	if s.Inbound != "" {
		need("inbound_path", "inbound_from", s.From)
		need("inbound_path", "inbound_text", s.Text)
	}
	for _, n := range s.CallbackSources {
		if _, err := Network(n); err != nil {
			bad("sms.callback_sources", n+" 不是网段，要写成 10.0.0.0/8", n+" is no network; write 10.0.0.0/8")
		}
	}
}
