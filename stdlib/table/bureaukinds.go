package table

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"rexian/compiler/hours"
	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/filter"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// of is a field.
func of(column, zh, en string, kind table.Kind, need bool, first, second string, other ...string) field {
	return field{name: diag.Text{Zh: zh, En: en}, column: column, kind: kind, need: need, other: other,
		example: [2]string{first, second}}
}

// with is a field whose values are looked at.
func (f field) with(check func(v any) (any, diag.Text)) field { f.check = check; return f }

// orElse is a field with what a new row has where nothing is said.
func (f field) orElse(v any) field { f.unsaid = v; return f }

var (
	taxNumber = of("tax_id", "税号", "taxpayer number", table.TaxpayerID, true, "913701001000000409",
		"91330100799655058B", "纳税人识别号", "统一社会信用代码", "识别号", "tax id", "taxpayer id", "tax_id")
	taxName = of("tax", "税种", "tax", table.Text, true, "增值税", "印花税", "征收项目")
	amount  = of("amount", "金额", "amount", table.Money, true, "1200.50", "300", "价税合计", "退税金额", "应缴税额", "应缴", "欠税金额",
		"owed",
		"total")
)

// Kinds are the kinds of data that can be imported.
var Kinds = []*Kind{
	{ID: "taxpayers", Name: diag.Text{Zh: "纳税人", En: "taxpayers"}, table: "taxpayers", keys: 1, keeps: true,
		stamp: "updated_at", beside: besideTaxpayer, others: []string{"taxpayer_numbers", "taxpayer_phones"},
		fields: []field{taxNumber,
			of("name", "名称", "name", table.Text, true, "测试公司", "杭州某公司", "纳税人名称", "户名", "taxpayer"),
			of("class", "类别", "class", table.Text, false, "企业", "企业", "纳税人类型", "类型", "type"),
			of("office", "主管税务机关", "office", table.Text, false, "一所", "二所", "税务机关", "主管税务所", "主管所", "tax office"),
			of("phone", "电话", "telephone", table.Phone, false, "13800138000", "13900139000", "手机", "手机号", "联系电话",
				"办税人电话",
				"phone", "mobile")}},
	{ID: "arrears", Name: diag.Text{Zh: "欠税", En: "arrears"}, table: "arrears", keys: 3, parent: true,
		fields: []field{taxNumber,
			of("period", "所属期", "period", table.Month, true, "2026-08", "2026-09", "税款所属期", "month"), taxName, amount,
			of("paid", "已缴", "paid", table.Money, false, "", "100", "已缴税额", "已缴金额"),
			of("due", "截止日", "due", table.Date, true, "2026-09-15", "2026-10-26", "缴款期限", "限缴日期", "deadline")}},
	{ID: "duties", Name: diag.Text{Zh: "申报义务", En: "duties"}, table: "duties", keys: 2, parent: true,
		fields: []field{taxNumber, taxName,
			of("cycle", "申报周期", "cycle", table.Text, true, "月", "季", "纳税期限", "周期").with(cycle).orElse(int64(1)),
			of("since", "起始月份", "since", table.Month, true, "2024-01", "2025-07", "有效期起", "认定有效期起", "from"),
			of("until", "终止月份", "until", table.Month, false, "", "2027-12", "有效期止", "认定有效期止"),
			of("by_phone", "可电话申报", "by phone", table.YesNo, false, "是", "否", "电话申报"),
			of("rate", "税率", "rate", table.Number, false, "0.03", "0.0003", "征收率").with(rate),
			of("exempt_below", "免征额", "exempt below", table.Money, false, "100000", "", "起征点")}},
	{ID: "pins", Name: diag.Text{Zh: "查询密码", En: "pins"}, table: "taxpayers", keys: 1, parent: true, update: true,
		keeps: true, prepare: hashed, beside: unlocked, fields: []field{taxNumber,
			secret(of("pin_hash", "密码", "pin", table.Digits, true, "483920", "775501", "查询密码",
				"password").with(pinDigits))}},
	{ID: "invoices", Name: diag.Text{Zh: "发票", En: "invoices"}, table: "invoices", keys: 1, fields: []field{
		of("number", "发票号码", "invoice number", table.Digits, true, "24372000000012345678", "12345678", "号码", "数电票号码",
			"number").with(invoiceNumber),
		of("seller", "销售方", "seller", table.Text, true, "测试公司", "杭州某公司", "销方名称", "销售方名称"),
		of("buyer", "购买方", "buyer", table.Text, false, "济南某公司", "", "购方名称", "购买方名称"), amount,
		of("issued", "开票日期", "issued", table.Date, true, "2026-09-03", "2026-10-09", "开票日"),
		of("status", "状态", "status", table.Text, false, "", "红冲", "发票状态").with(oneOf("正常", "作废", "红冲")).orElse("正常")}},
	{ID: "refunds", Name: diag.Text{Zh: "退税", En: "refunds"}, table: "refunds", keys: 1, fields: []field{
		of("number", "受理号", "refund number", table.Text, true, "TS2026100001", "TS2026100002", "退税编号", "编号", "number"),
		taxNumber,
		of("applied", "申请日期", "applied", table.Date, true, "2026-09-20", "2026-10-08", "受理日期", "申请日"), taxName, amount,
		of("step", "进度", "step", table.Text, true, "审核", "退库", "办理环节", "环节", "状态"),
		of("done", "已办结", "done", table.YesNo, false, "否", "是", "办结", "是否办结")}},
	{ID: "offices", Name: diag.Text{Zh: "税务机关", En: "offices"}, table: "offices", keys: 1, fields: []field{
		of("code", "代码", "code", table.Text, true, "01", "02", "机关代码", "税务机关代码", "office code"),
		of("name", "名称", "name", table.Text, true, "历下区税务局", "市中区税务局", "机关名称", "办税服务厅", "office"),
		of("district", "区县", "district", table.Text, false, "历下区", "市中区", "区域", "辖区", "region"),
		of("address", "地址", "address", table.Text, false, "经十路1号", "", "办公地址"),
		of("phone", "电话", "telephone", table.Phone, false, "053188880001", "053188880002", "联系电话", "phone"),
		of("hours", "办公时间", "hours", table.Text, false, "工作日九点到五点", "", "工作时间", "opening hours")}},
	{ID: "lists", Name: diag.Text{Zh: "名单", En: "lists"}, table: "filter_entries", keys: 2, by: 1, fixed: "prefix=0",
		stamp: "added_at", keeps: true, beside: besideList, whole: lasting, fields: []field{
			of("list", "名单", "list", table.Text, true, "免拨名单", "黑名单", "名单名称").with(listName),
			of("pattern", "号码", "number", table.Phone, true, "13800138000", "13900139000", "电话", "手机", "phone"),
			of("reason", "原因", "reason", table.Text, false, "本人要求", "反复骚扰", "备注"),
			of("expires_at", "有效至", "until", table.Date, false, "", "2027-06-30", "到期日", "截止日").with(endOfDay),
			of("added_by", "添加人", "added by", table.Text, false, "", "", "经办人")}},
}

func secret(f field) field { f.secret = true; return f }

// cycle are the months of a cycle, 1, 3 or 12, as it is written.
func cycle(v any) (any, diag.Text) {
	switch strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(fmt.Sprint(v), "报"), "度")) {
	case "月", "按月", "1", "month", "monthly":
		return int64(1), diag.Text{}
	case "季", "按季", "3", "quarter", "quarterly":
		return int64(3), diag.Text{}
	case "年", "按年", "12", "year", "yearly":
		return int64(12), diag.Text{}
	}
	return nil, diag.Text{Zh: "申报周期写 月、季 或 年", En: "a cycle is month, quarter or year"}
}

func rate(v any) (any, diag.Text) {
	if n, _ := v.(int64); n < 0 || n > 1_000_000 {
		return nil, diag.Text{Zh: "税率在 0 到 1 之间，百分之三写 0.03", En: "a rate is from 0 to 1; write 0.03 for 3 %"}
	}
	return v, diag.Text{}
}

func pinDigits(v any) (any, diag.Text) {
	if s, _ := v.(string); len(s) < 4 || len(s) > pin.MaxLength {
		return nil, pinReason
	}
	return v, diag.Text{}
}

var pinReason = diag.Text{Zh: "密码是 4 到 32 位数字", En: "a PIN has 4 to 32 digits"}

func invoiceNumber(v any) (any, diag.Text) {
	if s, _ := v.(string); len(s) < 8 || len(s) > 20 {
		return nil, diag.Text{Zh: "发票号码是 8 到 20 位数字", En: "an invoice number has 8 to 20 digits"}
	}
	return v, diag.Text{}
}

func oneOf(words ...string) func(v any) (any, diag.Text) {
	return func(v any) (any, diag.Text) {
		for _, w := range words {
			if v == w {
				return v, diag.Text{}
			}
		}
		list := strings.Join(words, "、")
		return nil, diag.Text{Zh: "只能是 " + list, En: "must be one of " + list}
	}
}

func listName(v any) (any, diag.Text) {
	s, _ := v.(string)
	return filter.Name(s), diag.Text{}
}

// endOfDay is the last moment of a day, in Unix milliseconds.
func endOfDay(v any) (any, diag.Text) {
	n, _ := v.(int64)
	return intake.EndOf(hours.Date(n), nil), diag.Text{}
}

// lasting: who is refused or warned for good is so by two people, and not by a spreadsheet.
func lasting(key, values []any) diag.Text {
	if list, _ := key[0].(string); filter.NeedsApproval(list) && (values[1] == nil || values[1] == int64(0)) {
		return diag.Text{Zh: "黑名单和警告名单里的要写“有效至”；永久的由两个人在系统里办",
			En: "an entry that refuses or warns has a day in until: for good is for two people to decide"}
	}
	return diag.Text{}
}

// hashed turns PINs into hashes; one that a taxpayer has already keeps its hash, so that it stays as it is. A hash
// takes a while, so they are made beside each other and before the transaction.
func hashed(ctx context.Context, q db.Queryer, k *Kind, rows []record) error {
	const beside = 2
	var wg sync.WaitGroup
	errs := make([]error, beside)
	for n := range beside {
		wg.Go(func() {
			for i := n; i < len(rows) && ctx.Err() == nil; i += beside {
				was, err := k.read(ctx, q, rows[i].key)
				if err != nil && !db.IsNotFound(err) {
					errs[n] = err
					return
				}
				digits, _ := rows[i].values[0].(string)
				if stored, _ := was[0].(string); stored != "" && pin.Fits(stored, digits) {
					rows[i].values[0] = stored
				} else if err == nil {
					rows[i].values[0] = pin.Default.Of(digits)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range append(errs, ctx.Err()) {
		if err != nil {
			return err
		}
	}
	return nil
}

// unlocked lets taxpayers with a new PIN try again.
func unlocked(ctx context.Context, q db.Queryer, rows []turned) error {
	var ids []any
	for _, x := range rows {
		ids = append(ids, x.key[0])
	}
	_, err := q.Exec(ctx, `DELETE FROM pin_tries WHERE scope = 'account' AND subject IN `+marks(1, len(ids)), ids...)
	return err
}
