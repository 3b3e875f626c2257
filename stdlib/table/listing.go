package table

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/lang/diag"
	"rexian/stdlib/callback"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/ticket"
)

// Listing is something that may be exported.
type Listing struct {
	ID   string // canonical, such as "tickets"
	Name diag.Text
	from string   // the table
	keys []string // its unique key, by which it is read page by page
	cols []listed
	// take exports what no plain reading of a table gives; nil otherwise
	take func(ctx context.Context, d *db.DB, w io.Writer, v View) (int, error)
}

// shape is how a value of the database becomes a cell.
type shape uint8

const (
	asText   shape = iota
	asMoney        // fen: 12.50
	asMoment       // Unix milliseconds: 2026-10-12 09:00:00; blank if 0
	asDay          // days since 1970-01-01
	asMonth        // year*12 + month-1: 2026-10
	asLength       // milliseconds: 63.5
	asYes          // 是 or 否
	asState        // of a ticket, in the header's tongue
)

// listed is a column of a listing.
type listed struct {
	name diag.Text
	sql  string
	as   shape
	mask func(string) string // nil shows it
}

func col(zh, en, sql string, as shape, mask func(string) string) listed {
	return listed{diag.Text{Zh: zh, En: en}, sql, as, mask}
}

// Listings are what may be exported, the customers first.
func Listings() []Listing { return slices.Clone(listings) }

var listings = []Listing{
	{ID: "customers", Name: diag.Text{Zh: "客户", En: "customers"},
		take: func(ctx context.Context, d *db.DB, w io.Writer, v View) (int, error) {
			return Export(ctx, customer.New(d), w, v)
		}},
	{ID: "callbacks", Name: diag.Text{Zh: "回呼", En: "callbacks"},
		take: func(ctx context.Context, d *db.DB, w io.Writer, v View) (int, error) {
			return ExportCallbacks(ctx, callback.Open(d), w, "", nil, v)
		}},
	{"taxpayers", diag.Text{Zh: "纳税人", En: "taxpayers"}, "taxpayers", []string{"tax_id"}, []listed{
		col("税号", "taxpayer number", "tax_id", asText, MaskID), col("名称", "name", "name", asText, nil),
		col("类别", "class", "class", asText, nil),
		col("主管税务所", "office", "office", asText, nil), col("电话", "telephone", "phone", asText, MaskPhone)}, nil},
	{"arrears", diag.Text{Zh: "欠税", En: "arrears"}, "arrears", []string{"tax_id", "period", "tax"}, []listed{
		col("税号", "taxpayer number", "tax_id", asText, MaskID), col("所属期", "period", "period", asMonth, nil),
		col("税种", "tax", "tax", asText, nil),
		col("应缴", "amount", "amount", asMoney, nil), col("已缴", "paid", "paid", asMoney, nil),
		col("期限", "due", "due", asDay, nil)}, nil},
	{"tickets", diag.Text{Zh: "工单", En: "tickets"}, "tickets", []string{"number"}, []listed{
		col("编号", "number", "number", asText, nil), col("类型", "class", "class", asText, nil),
		col("状态", "state", "state", asState, nil),
		col("匿名", "anonymous", "anonymous", asYes, nil), col("电话", "telephone",
			"CASE WHEN anonymous = 0 THEN phone ELSE '' END", asText, MaskPhone),
		// nobody is told who asked not to be named
		col("姓名", "name", "CASE WHEN anonymous = 0 THEN name ELSE '' END", asText, MaskName),
		col("内容", "content", "content", asText, nil), col("承办单位", "unit", "unit", asText, nil),
		col("答复", "reply", "reply", asText, nil),
		col("受理时间", "received", "received_at", asMoment, nil), col("时限", "due", "due_at", asMoment, nil),
		col("办结时间", "closed", "closed_at", asMoment, nil),
		col("催办次数", "urged", "urges", asText, nil), col("通话", "call", "call_id", asText, nil)}, nil},
	{"calls", diag.Text{Zh: "通话", En: "calls"}, "calls", []string{"id"}, []listed{
		col("编号", "id", "id", asText, nil), col("方向", "direction", "direction", asText, nil),
		col("对方号码", "caller", "caller", asText, MaskPhone),
		col("接入号", "number", "number", asText, nil), col("开始", "started", "started", asMoment, nil),
		col("接通", "answered", "COALESCE(answered, 0)", asMoment, nil),
		col("结束", "ended", "COALESCE(ended, 0)", asMoment, nil), col("经过的流程", "flows", "path", asText, nil),
		col("结果", "result", "COALESCE(result, '')", asText, nil),
		col("座席", "agent", "COALESCE(agent, '')", asText, nil),
		col("业务类型", "topic", "COALESCE(topic, '')", asText, nil),
		col("评价", "score", "COALESCE(CAST(score AS TEXT), '')", asText, nil)}, nil},
	{"messages", diag.Text{Zh: "短信邮件", En: "messages"}, "messages", []string{"id"}, []listed{
		col("编号", "id", "id", asText, nil), col("方式", "channel", "channel", asText, nil),
		col("收件人", "recipient", "recipient", asText, maskAddress),
		col("内容", "text", "body", asText, hide), col("状态", "state", "state", asText, nil),
		col("说明", "detail", "detail", asText, nil),
		col("写入", "created", "created_at", asMoment, nil), col("变化", "changed", "changed_at", asMoment, nil),
		col("通话", "call", "call_id", asText, nil)}, nil},
	{"voicemails", diag.Text{Zh: "留言", En: "voicemails"}, "voicemails", []string{"recording"}, []listed{
		col("录音", "recording", "recording", asText, nil), col("信箱", "mailbox", "mailbox", asText, nil),
		col("电话", "telephone", "phone", asText, MaskPhone),
		col("秒", "seconds", "length", asLength, nil), col("时间", "received", "received_at", asMoment, nil),
		col("状态", "state", "state", asText, nil),
		col("处理人", "holder", "holder", asText, nil), col("回复", "reply", "reply", asText, nil)}, nil},
	{"lists", diag.Text{Zh: "名单", En: "lists"}, "filter_entries", []string{"list", "pattern", "prefix"}, []listed{
		col("名单", "list", "list", asText, nil), col("号码", "number", "pattern", asText, MaskPhone),
		col("是开头", "prefix", "prefix", asYes, nil),
		col("原因", "reason", "reason", asText, nil), col("到期", "expires", "expires_at", asMoment, nil),
		col("加入", "added", "added_at", asMoment, nil),
		col("加入人", "by", "added_by", asText, nil)}, nil},
}

// FindListing finds what may be exported by its name in either tongue.
func FindListing(name string) (Listing, bool) {
	i := slices.IndexFunc(listings, func(l Listing) bool { return l.ID == name || l.Name.Zh == name })
	if i < 0 {
		return Listing{}, false
	}
	return listings[i], true
}

// hide shows how long a text is and nothing of it: a message may hold anything that a call did.
func hide(s string) string { return strings.Repeat("*", min(len([]rune(s)), 8)) }

// maskAddress hides the middle of a telephone number, and the name before the @ of a mail address.
func maskAddress(s string) string {
	if name, host, ok := strings.Cut(s, "@"); ok {
		return MaskName(name) + "@" + host
	}
	return MaskPhone(s)
}

// Deed is an export as it is written down before it is made.
type Deed struct {
	Actor  string
	File   string
	Reason string // needed where View.Whole is set
	Now    time.Time
}

// ErrReason is for numbers that are asked for whole without a reason.
var ErrReason = errors.New("whole numbers need a reason")

// Take exports a listing and writes down who took it: first that it begins, which must succeed, at the end how many
// rows it had. It returns their number.
func Take(ctx context.Context, d *db.DB, l Listing, w io.Writer, v View, deed Deed) (int, error) {
	deed.Reason, deed.Actor = intake.Line(deed.Reason, intake.MaxName), intake.Line(deed.Actor, intake.MaxName)
	if v.Whole && deed.Reason == "" {
		return 0, fmt.Errorf("export %s: %w", l.ID, ErrReason)
	}
	id := "export-" + deed.Now.UTC().Format("20060102-150405") + "-" + rand.Text()[:8]
	if err := db.Changed(d.Exec(ctx,
		`INSERT INTO exports (id, at, actor, what, file, whole, reason) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, deed.Now.UnixMilli(), deed.Actor, l.ID, intake.Line(deed.File, intake.MaxName), v.Whole,
		deed.Reason)); err != nil {
		return 0, fmt.Errorf("write the export down: %w", err)
	}
	var n int
	var err error
	if l.take != nil {
		n, err = l.take(ctx, d, w, v)
	} else {
		n, err = l.export(ctx, d, w, v)
	}
	if err != nil {
		return n, err
	}
	if _, err := d.Exec(ctx, `UPDATE exports SET rows_out = ? WHERE id = ?`, n, id); err != nil {
		return n, fmt.Errorf("write the export down: %w", err)
	}
	return n, nil
}

// export writes the rows page by page, in the order of their key.
func (l Listing) export(ctx context.Context, d *db.DB, w io.Writer, v View) (int, error) {
	out, err := v.open(w)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", l.ID, err)
	}
	tongue := diag.Zh
	if v.English {
		tongue = diag.En
	}
	selected := slices.Clone(l.keys)
	var header []string
	for _, c := range l.cols {
		selected = append(selected, c.sql)
		header = append(header, c.name.In(tongue))
	}
	query := `SELECT ` + strings.Join(selected, ", ") + ` FROM ` + l.from
	order := ` ORDER BY ` + strings.Join(l.keys, ", ") + ` LIMIT ` + strconv.Itoa(page)
	next := ` WHERE (` + strings.Join(l.keys, ", ") + `) > (` +
		strings.TrimSuffix(strings.Repeat("?, ", len(l.keys)), ", ") + `)`
	n, err := 0, out.row(header)
	var after []any
	for err == nil {
		q := query + order
		if after != nil {
			q = query + next + order
		}
		rows := [][]any(nil)
		if err = d.Rows(ctx, q, 0, func(_ []string,
			values []any) error {
			rows = append(rows, plain(values))
			return nil
		}, after...); err != nil ||
			len(rows) == 0 {
			break
		}
		for _, values := range rows {
			cells := make([]string, len(l.cols))
			for i, c := range l.cols {
				cells[i] = c.cell(values[len(l.keys)+i], v, tongue)
			}
			if err = out.row(cells); err != nil {
				break
			}
			n++
		}
		after = slices.Clone(rows[len(rows)-1][:len(l.keys)])
	}
	if end := out.close(err == nil); err == nil {
		err = end
	}
	if err != nil {
		return n, fmt.Errorf("export %s: %w", l.ID, err)
	}
	return n, nil
}

// plain makes what drivers return one of int64, float64, bool, string and nil.
func plain(values []any) []any {
	for i, x := range values {
		if b, ok := x.([]byte); ok {
			values[i] = string(b)
		}
	}
	return values
}

// china is the zone of the moments in exports.
var china = time.FixedZone("CST", 8*3600)

// cell shows a value.
func (c listed) cell(x any, v View, tongue diag.Tongue) string {
	text, n := "", int64(0)
	switch x := x.(type) {
	case string:
		text = x
	case int64:
		n, text = x, strconv.FormatInt(x, 10)
	case bool:
		if x {
			n = 1
		}
	}
	switch c.as {
	case asMoney:
		text = fmt.Sprintf("%s%d.%02d", map[bool]string{true: "-"}[n < 0], abs(n)/100, abs(n)%100)
	case asMoment:
		if text = ""; n != 0 {
			text = time.UnixMilli(n).In(china).Format(time.DateTime)
		}
	case asDay:
		text = time.Unix(n*86400, 0).UTC().Format(time.DateOnly)
	case asMonth:
		text = fmt.Sprintf("%04d-%02d", n/12, n%12+1)
	case asLength:
		text = strconv.FormatFloat(float64(n)/1000, 'f', 1, 64)
	case asYes:
		text = diag.Text{Zh: "否", En: "no"}.In(tongue)
		if n != 0 {
			text = diag.Text{Zh: "是", En: "yes"}.In(tongue)
		}
	case asState:
		text = ticket.State(text).Word(v.English)
	}
	if c.mask != nil && !v.Whole && text != "" {
		text = c.mask(text)
	}
	return text
}

func abs(n int64) int64 { return max(n, -n) }
