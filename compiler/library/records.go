package library

import (
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// The records of the library. A field that a system does not know is absent, which `is empty` tests.
var (
	taxpayer = record("taxpayer", "纳税人",
		field("name", "名称", text), field("id", "税号", taxpayerID), field("phone", "电话", phone),
		field("class", "类别", text), field("office", "主管税务机关", text))
	arrear = record("arrear", "欠税记录",
		field("period", "所属期", month), field("tax", "税种", text), field("amount", "金额", money),
		field("due", "截止日", date), field("late_fee", "滞纳金", money))
	filingStatus = record("filing_status", "申报状态",
		field("tax", "税种", text), field("result", "结果", text), field("tax_due", "税额", money), field("due", "截止日", date),
		field("period", "所属期", month))
	filingPrevious = record("filing_previous", "上期申报",
		field("average_sales", "平均销售额", money), field("sales", "销售额", money), field("tax_due", "税额", money),
		field("period", "所属期", month))
	receipt = record("receipt", "申报回执",
		field("number", "编号", text), field("tax_due", "税额", money), field("period", "所属期", month),
		field("filed", "提交时间", moment))
	readingPrevious = record("reading_previous", "上期读数",
		field("value", "读数", number), field("average_use", "平均用量", number), field("period", "所属期", month))
	readingReceipt = record("reading_receipt", "抄表回执",
		field("number", "编号", text), field("used", "用量", number), field("period", "所属期", month),
		field("read", "提交时间", moment))
	invoice = record("invoice", "发票",
		field("seller", "销售方", text), field("buyer", "购买方", text), field("amount", "金额", money),
		field("status", "状态", text), field("issued", "开票日期", date))
	refund = record("refund", "退税单",
		field("applied", "申请日期", date), field("tax", "税种", text), field("amount", "金额", money),
		field("step", "环节", text))
	office = record("office", "税务机关",
		field("code", "代码", text), field("name", "名称", text), field("district", "区县", text),
		field("address", "地址", text), field("phone", "电话", phone), field("hours", "办公时间", text))
	ticket = record("ticket", "工单",
		field("number", "编号", text), field("class", "类别", text), field("status", "状态", text), field("due", "时限", date),
		field("can_urge", "可催办", yesno), field("received", "受理日期", date), field("phone", "电话", phone),
		field("name", "名称", text))
	notice = record("notice", "公告",
		field("title", "标题", text), field("summary", "摘要", text), field("number", "文号", text),
		field("published", "发布日期", date))
	document = record("document", "知识文档",
		field("title", "标题", text), field("summary", "摘要", text), field("number", "文号", text),
		field("file", "文件", text),
		field("effective", "生效日期", date))
	customer = record("customer", "客户",
		field("name", "名称", text), field("id", "税号", taxpayerID), field("phone", "电话", phone),
		field("class", "类别", text),
		field("address", "地址", text))
	recordingEntry = record("recording_entry", "录音条目",
		field("recording", "录音", recording), field("made", "录制时间", moment), field("length", "长度", duration),
		field("phone", "电话", phone))
	surveyResult = record("survey_result", "问卷结果",
		field("answered", "答卷时间", moment), field("question", "题目", text), field("answer", "答案", text))
	promise = record("dunning_result", "催缴结果",
		field("reached", "接通时间", moment), field("result", "结果", text), field("promised", "承诺日期", date))
)

var records = []*types.Record{taxpayer, arrear, filingStatus, filingPrevious, receipt, readingPrevious, readingReceipt,
	invoice, refund, office, ticket, notice,
	document, customer, recordingEntry, surveyResult, promise}

// Short names of the types, for the tables of this package.
var (
	text, digits, number  = types.Of(types.Text), types.Of(types.Digits), types.Of(types.Number)
	money, yesno          = types.Of(types.Money), types.Of(types.YesNo)
	date, month, moment   = types.Of(types.Date), types.Of(types.Month), types.Of(types.Moment)
	duration, workdays    = types.Of(types.Duration), types.Of(types.Workdays)
	phone, taxpayerID     = types.Of(types.Phone), types.Of(types.TaxpayerID)
	recording, queue      = types.Of(types.Recording), types.Of(types.Queue)
	mailbox, secretDigits = types.Of(types.Mailbox), types.AsSecret(types.Of(types.Digits))
	schedule              = types.Of(types.Hours)
	listOf, recordOf      = types.List, types.OfRecord
	taxpayers             = types.List(types.OfRecord(taxpayer))
)

func record(en, zh string, fields ...*types.Field) *types.Record {
	return types.NewRecord(en, diag.Text{Zh: zh, En: en}, fields...)
}

func field(en, zh string, t *types.Type) *types.Field {
	return &types.Field{ID: en, Name: diag.Text{Zh: zh, En: en}, Type: t}
}
