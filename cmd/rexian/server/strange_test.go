package server_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// strangeFlow hands whatever comes to everything that stores or looks up.
const strangeFlow = `接入号 "12366" 进入 主流程
接入号 "12367" 进入 按键
来信 "CX" 进入 短信查 否则 短信用法
来信 其他 进入 短信用法
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 }  当 不可用 { 标记 "不可用" 挂机 } }
队列 综合咨询 { 技能组 "综合咨询"  分配 最长空闲 }
模板 通知(单: 文本) { 中文 "编号{单}。" }
通话变量 谁: 电话
流程 主流程 {
  播放 "好。"
  附带 谁 = 来电号码
  设 单号 = 工单.新建(类别: "建议", 电话: 来电号码, 内容: "来电")
  执行 查客户()
  执行 过滤.加入(来电号码, 期限: 30分钟)
  执行 查名单()
  发短信 给 来电号码 通知(单号) 否则 继续
  预约回呼 综合咨询 给 来电号码 否则 继续
  标记 "走完"
  挂机
}
流程 查客户 {
  设 来客 = 客户.查找(来电号码) 否则 { 当 未找到, 有多个 返回 }
  附带 谁 = 来客.电话
  返回
}
流程 查名单 {
  设 级别 = 过滤.检查(来电号码) 否则 { 当 未找到 返回 }
  如果 级别 是 "黑名单" { 挂机 }
  返回
}
流程 按键 {
  设 税号 = 询问 税号 { 播放 "税号？" 等待 20秒 键间隔 3秒 最多 3次 否则 { 标记 "没有税号" 挂机 } }
  设 金额 = 询问 金额 { 播放 "金额？" 等待 20秒 键间隔 3秒 最多 3次 否则 { 标记 "没有金额" 挂机 } }
  设 日子 = 询问 日期 { 播放 "日期？" 等待 20秒 键间隔 3秒 最多 3次 否则 { 标记 "没有日期" 挂机 } }
  执行 查票(日子, 金额)
  执行 申报一次(税号, 金额)
  执行 查工单()
  标记 "走完"
  挂机
}
流程 查票(日子: 日期, 金额: 金额) {
  设 票 = 发票.查验("26372000000000000001", 日子, 金额) 否则 {
    当 不一致 { 标记 "不一致" 返回 }
    当 未找到 { 标记 "无票" 返回 }
    当 次数超限 { 标记 "超限" 返回 }
  }
  标记 "有票"
  附带 谁 = 来电号码
  如果 票.金额 超过 0元 { 返回 }
  返回
}
流程 申报一次(税号: 税号, 金额: 金额) {
  设 上期 = 申报.上期(税号, 下月) 否则 {
    当 已申报, 已截止, 不适用 { 标记 "不能申报" 返回 }
  }
  设 回执 = 申报.提交(税号, 下月, 金额) 否则 {
    当 已申报, 已截止, 结果未知 { 标记 "没报上" 返回 }
  }
  如果 上期.平均销售额 超过 0元 { 标记 回执来了 }
  返回
}
流程 查工单 {
  设 本单 = 工单.进度("99999999999999999999", 来电号码) 否则 {
    当 未找到, 无权限 { 标记 "无单" 返回 }
  }
  如果 本单.可催办 { 返回 }
  返回
}
流程 短信查(号码: 文本) {
  设 本单 = 工单.进度("2026101200", 来电号码) 否则 { 当 未找到, 无权限, 不可用 { 回复 "没有{号码}。" 返回 } }
  回复 "{本单.状态}"
}
流程 短信用法 { 回复 "请发送CX和编号。" }
`

// strange begins a server that is called strangely, and returns its database as well.
func strange(t *testing.T, url string) (*hotline, *db.DB, *diary) {
	t.Helper()
	debtor(t, url)
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(strings.ReplaceAll(strangeFlow, "标记 回执来了", `标记 "回执来了"`))
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, t.TempDir()
	cfg.Database.URL = config.Plain(url)
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0", "tcp://127.0.0.1:0"}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Guard.Trusted = []string{"127.0.0.0/8"}
	log := &diary{}
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: slog.New(slog.NewJSONHandler(log, nil)), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Server = s
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // the server's own is closed by Close above
	return h, d, log
}

// ends waits until n calls have an end in the database.
func ends(t *testing.T, d *db.DB, n int) {
	t.Helper()
	eventually(t, "the calls are in the database", func() bool {
		var ended int
		if err := d.Get(t.Context(), &ended, `SELECT COUNT(*) FROM calls WHERE ended IS NOT NULL`); err != nil {
			t.Fatal(err)
		}
		return ended >= n
	})
}

// invite sends an INVITE over TCP whose From, number and Call-ID are written as given, and returns the final status; an
// accepted call is confirmed and hung up by the flow.
func invite(t *testing.T, addr, from, number, id string) int {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
	here := c.LocalAddr().String()
	head := func(method, to string, seq int, more string) string {
		return fmt.Sprintf("%s sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\nFrom: %s;tag=a\r\nTo: %s\r\n"+
			"Call-ID: %s\r\nCSeq: %d %s\r\n%s", method, number, here, method, seq, from, to, id, seq, method, more)
	}
	to := "<sip:12366@127.0.0.1>"
	if _, err := io.WriteString(c, head("INVITE", to, 1,
		fmt.Sprintf("Contact: <sip:x@%s;transport=tcp>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
			here, len(sdp), sdp))); err != nil {
		t.Error(err)
		return 0
	}
	in := bufio.NewReader(c)
	for {
		status, headers := response(in)
		switch {
		case status == 0:
			return 0
		case status >= 100 && status < 200:
			continue
		case status == 200:
			if _, err := io.WriteString(c, head("ACK", headers["to"], 1, "Content-Length: 0\r\n\r\n")); err != nil {
				t.Error(err)
				return 0
			}
			for status, h := response(in); status >= 0; status, h = response(in) { // until the flow hangs up
				if status == -1 || h == nil {
					break
				}
				if h["bye"] != "" {
					_, _ = io.WriteString(c,
						"SIP/2.0 200 OK\r\nVia: "+h["via"]+"\r\nFrom: "+h["from"]+"\r\nTo: "+
							h["to"]+"\r\nCall-ID: "+h["call-id"]+"\r\nCSeq: "+
							h["cseq"]+"\r\nContent-Length: 0\r\n\r\n")
					break
				}
			}
		}
		return status
	}
}

// response reads a message: the status of an answer, 1 of a request (whose method is BYE: "bye" is set); 0 and nil at
// the end.
func response(in *bufio.Reader) (int, map[string]string) {
	line, err := in.ReadString('\n')
	for err == nil && strings.TrimSpace(line) == "" {
		line, err = in.ReadString('\n')
	}
	if err != nil {
		return 0, nil
	}
	headers := map[string]string{}
	status := 1
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		status, _ = strconv.Atoi(rest[:min(3, len(rest))])
	} else if strings.HasPrefix(line, "BYE ") {
		headers["bye"] = line
	}
	for {
		line, err = in.ReadString('\n')
		if err != nil {
			return 0, nil
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		headers[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	n, _ := strconv.Atoi(headers["content-length"])
	if _, err := io.CopyN(io.Discard, in, int64(n)); err != nil {
		return 0, nil
	}
	return status, headers
}

// TestStrangeCallers: whatever stands in From, in the number that is dialled or in Call-ID, the caller gets an answer,
// an accepted call goes its whole way, its records are whole, and the next caller is served.
func TestStrangeCallers(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		h, d, log := strange(t, url)
		tcp := ""
		for _, at := range h.Addrs() {
			if rest, ok := strings.CutPrefix(at, "tcp://"); ok {
				tcp = rest
			}
		}
		long := strings.Repeat("9", 10<<10)
		var taken atomic.Int64
		var all sync.WaitGroup
		for i, c := range []struct{ from, number, id string }{
			{`"'; DROP TABLE calls; --" <sip:13800138000@x>`, "12366", ""},
			{`<sip:'%3B%20DROP%20TABLE%20tickets%3B%20--@x>`, "12366", ""},
			{`<sip:1'%20OR%20'1'='1@x>`, "12366", ""},
			{`"` + strings.Repeat("长", 10<<10/3) + `" <sip:13800138001@x>`, "12366", ""},
			{`<sip:` + long + `@x>`, "12366", ""},
			{"\"a\x00b\" <sip:13800138002@x>", "12366", ""},
			{`<sip:138%00138@x>`, "12366", ""},
			{`"😀😀" <sip:%F0%9F%98%80@x>`, "12366", ""},
			{"\"\xff\xfe\" <sip:%FF%FE@x>", "12366", ""},
			{`"\"\\" <sip:13800138003@x>`, "12366", ""},
			{`<sip:anonymous@anonymous.invalid>`, "12366", ""},
			{`<sip:@x>`, "12366", ""},
			{`<tel:+8613800138004>`, "12366", ""},
			{`no address at all`, "12366", ""},
			{`<sip:%u0000@x>`, "12366", ""},
			{`<sip:=cmd|'/c calc'!A1@x>`, "12366", ""},
			{`<sip:13800138005@x>`, "12366'--", ""},
			{`<sip:13800138005@x>`, long, ""},
			{`<sip:13800138005@x>`, "%00", ""},
			{`<sip:13800138006@x>`, "12366", "'; DROP TABLE call_events; --"},
			{`<sip:13800138007@x>`, "12366", strings.Repeat("i", 10<<10)},
			{"<sip:13800138008@x>", "12366", "id\x00😀"},
		} {
			if c.id == "" {
				c.id = fmt.Sprintf("strange-%d@x", i)
			}
			all.Go(func() {
				switch status := invite(t, tcp, c.from, c.number, c.id); {
				case status == 200:
					taken.Add(1)
				case status < 400 || status >= 600:
					t.Errorf("From %.60q, number %.20q, Call-ID %.40q: answered with %d", c.from, c.number, c.id,
						status)
				}
			})
		}
		all.Wait()
		accepted := int(taken.Load())
		if accepted < 8 {
			t.Errorf("only %d calls were taken", accepted)
		}
		phone, err := handset.New(t.Context(), handset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer phone.Close()
		c, err := phone.Dial(t.Context(), "12366@"+strings.TrimPrefix(h.Addrs()[0], "udp://"),
			handset.CallOptions{From: "13800138009"})
		if err != nil {
			t.Fatalf("the next caller: %v", err)
		}
		if !over(c) {
			t.Fatal("the next caller's call does not end")
		}
		accepted++
		ends(t, d, accepted)
		whole(t, d, accepted)
		var got struct{ Through, Failed, Longest int }
		if err := d.Get(t.Context(), &got, `SELECT (SELECT COUNT(*) FROM milestones WHERE name = '走完') AS through,
			(SELECT COUNT(*) FROM milestones WHERE name <> '走完') AS failed, (SELECT MAX(LENGTH(caller)) FROM calls) AS longest`); err != nil {
			t.Fatal(err)
		}
		if got.Through+got.Failed != accepted || got.Longest > 200 {
			t.Errorf("of %d calls: %+v", accepted, got)
		}
		t.Logf("%d calls taken, %+v", accepted, got)
		if strings.Contains(string(log.bytes()), `"level":"ERROR"`) {
			for line := range strings.Lines(string(log.bytes())) {
				if strings.Contains(line, `"level":"ERROR"`) {
					t.Errorf("%.300s", line)
				}
			}
		}
	})
}

// TestStrangeKeys: amounts and dates beyond all measure, numbers of nobody, half of everything: the flow hears a clear
// outcome.
func TestStrangeKeys(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		h, d, _ := strange(t, url)
		phone, err := handset.New(t.Context(), handset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer phone.Close()
		cases := []string{
			company[:17] + "*#" + "99999999999#" + "20991231",
			company[:17] + "*#" + "0#" + "19000101",
			company[:17] + "*#" + "999999999999*99#" + "20260230" + "20261301" + "00000000",
			"000000000000000000#" + "000000000000000#" + "111111111111111#",
			"******************#" + "1#" + "20260101",
			"###########################",
			strings.Repeat("9", 200),
			"1*1#*1#*1*1#" + "0*001#" + "20260101",
		}
		for i, keys := range cases {
			c, err := phone.Dial(t.Context(), "12367@"+strings.TrimPrefix(h.Addrs()[0], "udp://"),
				handset.CallOptions{From: fmt.Sprintf("1380013810%d", i)})
			if err != nil {
				t.Fatal(err)
			}
			c.Leg().Stream().SendKeys(keys, 45*time.Millisecond, 45*time.Millisecond)
			defer c.Hangup()
		}
		ends(t, d, len(cases))
		whole(t, d, len(cases))
		var lost []string
		if err := d.Select(t.Context(), &lost,
			`SELECT caller FROM calls WHERE NOT EXISTS (SELECT 1 FROM milestones m WHERE m.call_id = calls.id)`); err != nil {
			t.Fatal(err)
		}
		if len(lost) > 0 {
			t.Errorf("calls without an outcome: %v", lost)
		}
		var filed int
		if err := d.Get(t.Context(), &filed, `SELECT COUNT(*) FROM filings`); err != nil || filed != 0 {
			t.Errorf("%d were filed, %v", filed, err)
		}
	})
}

// TestStrangeTexts: text messages that are no messages are answered or refused, and change nothing.
func TestStrangeTexts(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		h, d, _ := strange(t, url)
		before := dump(t, d)
		for _, text := range []string{`CX '; DROP TABLE tickets; --`, `CX \u0000`, `😀`,
			`CX ` + strings.Repeat("长", 10<<10), `\u202e\ufeff`, `CX`, ` `, `\ud800`,
			`=cmd|'/c calc'!A1`, `{来电号码}`} {
			for _, from := range []string{"13800138000", `'; DROP TABLE calls; --`, `\u0000`,
				strings.Repeat("9", 10<<10)} {
				status, answer := h.ask("POST", "/api/v1/messages", `{"from": "`+from+`", "text": "`+text+`"}`, nil)
				if status != 200 && status != 400 {
					t.Errorf("%.40q from %.40q: %d %.200s", text, from, status, answer)
				}
			}
		}
		after := dump(t, d)
		for _, table := range []string{"taxpayers", "tickets", "arrears", "customers", "filings"} {
			if string(before[table]) != string(after[table]) {
				t.Errorf("the table %s has changed", table)
			}
		}
	})
}
