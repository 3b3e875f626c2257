package library

import (
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// functions is the library, in the order of its documentation: lookups by system, then what is pure.
var functions = []*Function{
	// Taxpayers.
	lookup("taxpayer", "纳税人", "find", "查找", recordOf(taxpayer), outcomes("not_found", "several"),
		params(arg("id", "税号", taxpayerID)),
		"按识别号查一户。", "Finds a taxpayer by its number.",
		`设 本户 = 纳税人.查找("913701001000000409") 否则 挂机  播放 "{本户.名称}"`, fakeTaxpayer),
	lookup("taxpayer", "纳税人", "by_phone", "按电话查", taxpayers, outcomes("not_found"), params(arg("phone", "电话", phone)),
		"这个电话登记在哪些户名下。", "Lists the taxpayers that a telephone number is registered with.",
		`设 各户 = 纳税人.按电话查(来电号码) 否则 挂机  播放 "{数量(各户)}户"`, "["+fakeTaxpayer+"]"),
	lookup("taxpayer", "纳税人", "verify", "核验", recordOf(taxpayer), outcomes("wrong_pin", "locked", "not_found"),
		params(arg("id", "税号", taxpayerID), arg("pin", "密码", secretDigits)),
		"用识别号和查询密码核验身份；连续错三次锁定三十分钟。",
		"Verifies a taxpayer by number and PIN; three wrong PINs lock it for thirty minutes.",
		`设 密码 = 询问 保密 数字 6位 { 播放 "请输入密码。" 否则 挂机 }  设 本户 = 纳税人.核验("913701001000000409", 密码) 否则 挂机  播放 "{本户.名称}"`,
		fakeTaxpayer),
	lookup("taxpayer", "纳税人", "verify_tail", "核对尾号", nil, outcomes("mismatch"),
		params(arg("id", "税号", taxpayerID), arg("tail", "尾号", secretDigits)),
		"核对识别号的后几位数字。", "Compares the last digits of a taxpayer's number.",
		`设 尾号 = 询问 保密 数字 4位 { 播放 "请输入后四位。" 否则 挂机 }  执行 纳税人.核对尾号("913701001000000409", 尾号) 否则 挂机`, ""),
	lookup("taxpayer", "纳税人", "arrears", "欠税", listOf(recordOf(arrear)), nil, params(arg("id", "税号", taxpayerID)),
		"这一户未缴的税款，按所属期排列；没有欠税时是空列表。", "Lists unpaid taxes by period; empty if there are none.",
		`设 欠税 = 纳税人.欠税("913701001000000409")  播放 "{数量(欠税)}笔"`,
		`[{所属期: 2026-08, 税种: "增值税", 金额: 1200.50元, 截止日: 2026-09-15, 滞纳金: 16.21元}]`),
	lookup("taxpayer", "纳税人", "overdue", "欠税名单", taxpayers, nil, params(optional(arg("at_least", "至少", money))),
		"欠税逾期的各户，供外呼任务使用。", "Lists taxpayers with overdue taxes, for campaigns.",
		`设 各户 = 纳税人.欠税名单(至少: 100元)  播放 "{数量(各户)}户"`, "["+fakeTaxpayer+"]"),
	lookup("taxpayer", "纳税人", "settled", "已结清", yesno, nil, params(arg("id", "税号", taxpayerID)),
		"这一户的欠税是否已经缴清。", "Tells whether all taxes have been paid.",
		`设 清了 = 纳税人.已结清("913701001000000409")  如果 清了 { 挂机 }`, "否"),
	// Filing.
	lookup("filing", "申报", "status", "状态", listOf(recordOf(filingStatus)), outcomes("not_found"),
		params(arg("id", "税号", taxpayerID), arg("period", "所属期", month)),
		"一个所属期各税种的申报状态。", "Lists the filing status of each tax of a period.",
		`设 状态 = 申报.状态("913701001000000409", 本月) 否则 挂机  播放 "{数量(状态)}个税种"`,
		`[{税种: "增值税", 结果: "已申报", 税额: 300元, 截止日: 2026-10-26, 所属期: 2026-09}]`),
	lookup("filing", "申报", "previous", "上期", recordOf(filingPrevious),
		outcomes("already_filed", "too_late", "not_eligible"),
		params(arg("id", "税号", taxpayerID), arg("period", "所属期", month)),
		"申报前取上期数据；也查本期能否申报。", "Fetches the previous period's figures, and tells whether this one may be filed.",
		`设 上期 = 申报.上期("913701001000000409", 本月) 否则 挂机  播放 "{上期.平均销售额}"`,
		`{平均销售额: 30000元, 销售额: 28000元, 税额: 280元, 所属期: 2026-08}`),
	lookup("filing", "申报", "estimate", "试算", money, nil,
		params(arg("id", "税号", taxpayerID), arg("period", "所属期", month), arg("sales", "销售额", money)),
		"按销售额试算应纳税额，不申报。", "Computes the tax on sales without filing.",
		`设 税额 = 申报.试算("913701001000000409", 本月, 30000元)  播放 "{税额}"`, "300元"),
	lookup("filing", "申报", "submit", "提交", recordOf(receipt), outcomes("already_filed", "too_late", "unknown"),
		params(arg("id", "税号", taxpayerID), arg("period", "所属期", month), arg("sales", "销售额", money)),
		"提交申报并取得回执。", "Files and returns the receipt.",
		`设 回执 = 申报.提交("913701001000000409", 本月, 30000元) 否则 挂机  播放 "{回执.编号:逐位}"`, fakeReceipt),
	lookup("filing", "申报", "correct", "更正", recordOf(receipt), outcomes("not_found", "too_late", "unknown"),
		params(arg("id", "税号", taxpayerID), arg("period", "所属期", month), arg("sales", "销售额", money)),
		"截止前更正已提交的申报。", "Corrects a filing before the deadline.",
		`设 回执 = 申报.更正("913701001000000409", 本月, 30000元) 否则 挂机  播放 "{回执.编号:逐位}"`, fakeReceipt),
	// Meter readings: the generic form of a figure keyed once a period.
	lookup("reading", "抄表", "previous", "上期", recordOf(readingPrevious), outcomes("not_found"),
		params(arg("account", "户号", digits), arg("period", "所属期", month)),
		"一户在这个所属期之前的最近一次读数和平均用量。", "Fetches an account's last reading before a period, and its average use.",
		`设 上期 = 抄表.上期("10002345", 本月) 否则 挂机  播放 "{上期.读数}"`, `{读数: 1260, 平均用量: 42, 所属期: 2026-08}`),
	lookup("reading", "抄表", "submit", "提交", recordOf(readingReceipt), outcomes("mismatch", "too_late", "already_filed"),
		params(arg("account", "户号", digits), arg("period", "所属期", month), arg("value", "读数", number),
			optional(arg("sure", "属实", yesno))),
		"登记一户一期的读数并取得回执。比上次小，或用量超过平均的三倍，结果是不一致：请对方核对，再以“属实”提交。",
		"Enters the reading of an account and period and returns the receipt. Lower than the one before, or over three times the average use, it is a mismatch: have it checked, and submit it as sure.",
		`设 回执 = 抄表.提交("10002345", 本月, 1305, 属实: 是) 否则 挂机  播放 "{回执.编号:逐位}"`,
		`{编号: "CB20261012000001", 用量: 45, 所属期: 2026-09, 提交时间: 2026-10-12 09:30}`),
	// Invoices, refunds.
	lookup("invoice", "发票", "check", "查验", recordOf(invoice), outcomes("mismatch", "not_found", "limit_reached"),
		params(arg("number", "号码", digits), arg("issued", "开票日期", date), arg("amount", "金额", money)),
		"查验发票的号码、日期和价税合计。", "Checks an invoice's number, date and total.",
		`设 票 = 发票.查验("26372000000000000001", 今天, 100元) 否则 挂机  播放 "{票.销售方}"`,
		`{销售方: "示例公司", 购买方: "测试公司", 金额: 100元, 状态: "正常", 开票日期: 2026-10-10}`),
	lookup("refund", "退税", "progress", "进度", listOf(recordOf(refund)), outcomes("not_found"),
		params(arg("id", "税号", taxpayerID)),
		"正在办理的退税和所在环节。", "Lists refunds in progress.",
		`设 退税单 = 退税.进度("913701001000000409") 否则 挂机  播放 "{数量(退税单)}笔"`,
		`[{申请日期: 2026-09-20, 税种: "增值税", 金额: 500元, 环节: "复核"}]`),
	lookup("office", "税务机关", "find", "查找", recordOf(office), outcomes("not_found"), params(arg("name", "名称", text)),
		"按代码或名称查税务机关的地址、电话和办公时间。", "Finds a tax office by its code or name.",
		`设 所 = 税务机关.查找("历下区税务局") 否则 挂机  播放 "{所.地址}"`,
		`{代码: "01", 名称: "历下区税务局", 区县: "历下区", 地址: "经十路1号", 电话: "053188880001", 办公时间: "工作日九点到五点"}`),
	// Tickets.
	lookup("ticket", "工单", "create", "新建", digits, nil,
		params(arg("class", "类别", text), optional(arg("anonymous", "匿名", yesno)),
			optional(arg("recording", "录音", recording)),
			optional(arg("phone", "电话", phone)), optional(arg("name", "名称", text)),
			optional(arg("content", "内容", text))),
		"新建工单，得到十位编号。", "Creates a ticket and returns its number of ten digits.",
		`设 单号 = 工单.新建(类别: "建议", 电话: 来电号码)  播放 "{单号:逐位}"`, `"2026101200"`),
	lookup("ticket", "工单", "add", "补充", nil, outcomes("not_found", "not_allowed"),
		params(arg("number", "编号", digits), optional(arg("recording", "录音", recording)),
			optional(arg("content", "内容", text))),
		"给已有的工单补充内容。", "Adds to a ticket.", `执行 工单.补充("2026101200", 内容: "来电补充") 否则 继续`, ""),
	lookup("ticket", "工单", "progress", "进度", recordOf(ticket), outcomes("not_found", "not_allowed"),
		params(arg("number", "编号", digits), arg("phone", "电话", phone)),
		"工单的状态和时限；只答复登记时的电话。", "Tells a ticket's status, to the number it was registered from.",
		`设 本单 = 工单.进度("2026101200", 来电号码) 否则 挂机  播放 "{本单.状态}"`, fakeTicket),
	lookup("ticket", "工单", "urge", "催办", nil, outcomes("not_found", "limit_reached"),
		params(arg("number", "编号", digits)),
		"催办一张工单。", "Urges a ticket.", `执行 工单.催办("2026101200") 否则 继续`, ""),
	lookup("ticket", "工单", "to_follow_up", "待回访", listOf(recordOf(ticket)), nil,
		params(optional(arg("class", "类别", text))),
		"办结后待回访的工单，供外呼任务使用。", "Lists finished tickets to follow up, for campaigns.",
		`设 各单 = 工单.待回访(类别: "投诉")  播放 "{数量(各单)}件"`, "["+fakeTicket+"]"),
	// Filter.
	lookup("filter", "过滤", "check", "检查", text, outcomes("not_found"), params(arg("phone", "电话", phone)),
		"号码在过滤名单中的类别。", "Tells the class of a number in the filter.",
		`设 级别 = 过滤.检查(来电号码) 否则 挂机  播放 "{级别}"`, `"警告"`),
	lookup("filter", "过滤", "add", "加入", nil, nil,
		params(arg("phone", "电话", phone), optional(arg("class", "类别", text)), optional(arg("for", "期限", duration))),
		"把号码加入过滤名单，可以有期限。", "Adds a number to the filter, for a time or for good.",
		`执行 过滤.加入(来电号码, 期限: 30分钟)`, ""),
	lookup("filter", "过滤", "remove", "移出", nil, nil, params(arg("phone", "电话", phone)),
		"把号码移出过滤名单。", "Removes a number from the filter.", `执行 过滤.移出(来电号码)`, ""),
	// Messages.
	lookup("message", "消息", "status", "状态", text, outcomes("not_found"), params(arg("number", "编号", text)),
		"一条短信的送达状态。", "Tells whether a message was delivered.",
		`设 状态 = 消息.状态("1") 否则 挂机  播放 "{状态}"`, `"已送达"`),
	lookup("message", "消息", "unsubscribe", "退订", nil, nil, params(arg("phone", "电话", phone)),
		"不再向这个号码发送通知短信。", "Stops notices to a number.", `执行 消息.退订(来电号码)`, ""),
	lookup("message", "消息", "subscribe", "订阅", nil, nil, params(arg("phone", "电话", phone)),
		"退订过的号码重新接收通知短信。", "Lets notices to a number be sent again.", `执行 消息.订阅(来电号码)`, ""),
	// Notices and knowledge.
	lookup("notice", "公告", "latest", "最新", listOf(recordOf(notice)), outcomes("not_found"),
		params(optional(arg("count", "条数", number))),
		"最新的公告。", "Lists the latest notices.",
		`设 公告列表 = 公告.最新(条数: 3) 否则 挂机  播放 "{数量(公告列表)}条"`, "["+fakeNotice+"]"),
	lookup("notice", "公告", "by_topic", "按主题", listOf(recordOf(notice)), outcomes("not_found"),
		params(arg("topic", "主题", text), optional(arg("count", "条数", number))),
		"一个主题的公告。", "Lists the notices on a topic.",
		`设 公告列表 = 公告.按主题("增值税") 否则 挂机  播放 "{数量(公告列表)}条"`, "["+fakeNotice+"]"),
	lookup("knowledge", "知识库", "document", "文档", recordOf(document), outcomes("not_found"),
		params(arg("code", "代码", text)),
		"按代码取一份现行文档。", "Fetches a current document by its code.",
		`设 文 = 知识库.文档("1000") 否则 挂机  播放 "{文.标题}"`, fakeDocument),
	lookup("knowledge", "知识库", "search", "检索", listOf(recordOf(document)), outcomes("not_found"),
		params(arg("words", "词语", text)),
		"按词语检索现行文档。", "Searches current documents.",
		`设 各文 = 知识库.检索("留抵退税") 否则 挂机  播放 "{数量(各文)}份"`, "["+fakeDocument+"]"),
	// Surveys, dunning, recordings, voicemail, customers, agents.
	lookup("survey", "调查", "last", "上次", recordOf(surveyResult), outcomes("not_found"),
		params(arg("phone", "电话", phone)),
		"这个号码上次回答的问卷。", "Fetches the last survey answered from a number.",
		`设 答卷 = 调查.上次(来电号码) 否则 挂机  播放 "{答卷.答案}"`, `{答卷时间: 2026-09-01 10:00, 题目: "评价", 答案: "满意"}`),
	lookup("survey", "调查", "result", "结果", listOf(recordOf(surveyResult)), outcomes("not_found"),
		params(arg("phone", "电话", phone)),
		"这个号码回答过的问卷。", "Lists the surveys answered from a number.",
		`设 答卷 = 调查.结果(来电号码) 否则 挂机  播放 "{数量(答卷)}份"`, `[{答卷时间: 2026-09-01 10:00, 题目: "评价", 答案: "满意"}]`),
	lookup("dunning", "催缴", "promise", "承诺", nil, nil, params(arg("id", "税号", taxpayerID), arg("date", "日期", date)),
		"登记承诺缴款的日期。", "Registers the day a payment was promised for.",
		`执行 催缴.承诺("913701001000000409", 今天)`, ""),
	lookup("dunning", "催缴", "result", "结果", recordOf(promise), outcomes("not_found"),
		params(arg("id", "税号", taxpayerID)),
		"最近一次催缴的结果。", "Tells the result of the last dunning call.",
		`设 结果 = 催缴.结果("913701001000000409") 否则 挂机  播放 "{结果.承诺日期}"`,
		`{接通时间: 2026-10-09 10:00, 结果: "承诺缴款", 承诺日期: 2026-10-20}`),
	lookup("dunning", "催缴", "due", "到期承诺", taxpayers, nil, nil,
		"承诺缴款的日子到了、还没缴清、之后也没有谈过的各户，供外呼任务跟进。",
		"Lists who promised to pay by today, still owes and was not talked to since, for campaigns.",
		`设 各户 = 催缴.到期承诺()  播放 "{数量(各户)}户"`, "["+fakeTaxpayer+"]"),
	lookup("recording", "录音档案", "find", "查找", listOf(recordOf(recordingEntry)), outcomes("not_found"),
		params(arg("phone", "电话", phone)),
		"这个号码的录音。", "Lists the recordings of a number.",
		`设 各段 = 录音档案.查找(来电号码) 否则 挂机  播放 "{数量(各段)}段"`,
		`[{录音: "20261012-1", 录制时间: 2026-10-12 09:00, 长度: 65秒, 电话: "13800138000"}]`),
	lookup("recording", "录音档案", "bind", "绑定", nil, outcomes("not_found"),
		params(arg("recording", "录音", recording), arg("ticket", "工单", digits)),
		"把录音绑定到工单。", "Binds a recording to a ticket.",
		`设 陈述 = 录音 { 播放 "请说。" 否则 挂机 }  执行 录音档案.绑定(陈述, "2026101200") 否则 继续`, ""),
	lookup("voicemail", "语音留言", "unread", "未读", number, nil, params(optional(arg("mailbox", "信箱", mailbox))),
		"未听的留言数。", "Counts the voicemails not yet heard.",
		`设 未听 = 语音留言.未读()  播放 "{未听}条"`, "2"),
	lookup("closure", "停用", "text", "公告", text, outcomes("not_found"), params(optional(arg("hours", "作息", schedule))),
		"临时停用（rexian closure）时告诉来电人的话。", "Tells what callers are told of an emergency closure (rexian closure).",
		`设 公告 = 停用.公告() 否则 挂机  播放 "{公告}"`, `"受台风影响，今天暂停服务。"`),
	lookup("customer", "客户", "find", "查找", recordOf(customer), outcomes("not_found", "several"),
		params(arg("phone", "电话", phone)),
		"按电话查客户。", "Finds a customer by telephone.",
		`设 来客 = 客户.查找(来电号码) 否则 挂机  播放 "{来客.名称}"`,
		`{名称: "张三", 税号: "913701001000000409", 电话: "13800138000", 类别: "个人", 地址: "济南市历下区"}`),
	lookup("customer", "客户", "class", "类别", text, outcomes("not_found"), params(arg("phone", "电话", phone)),
		"客户的类别。", "Tells a customer's class.",
		`设 级别 = 客户.类别(来电号码) 否则 挂机  播放 "{级别}"`, `"个人"`),
	lookup("agent", "座席", "signed_in", "签入人数", number, nil, params(optional(arg("queue", "队列", queue))),
		"签入的座席人数。", "Counts the agents signed in.", `设 人数 = 座席.签入人数()  播放 "{人数}人"`, "5"),
	lookup("agent", "座席", "idle", "空闲人数", number, nil, params(optional(arg("queue", "队列", queue))),
		"空闲的座席人数。", "Counts the idle agents.", `设 人数 = 座席.空闲人数()  播放 "{人数}人"`, "2"),
	lookup("queue", "队列", "waiting", "等候人数", number, nil, params(arg("queue", "队列", queue)),
		"队列里正在等候的人数，排队以前也能问。", "Counts the callers who wait in a queue, also before one joins it.",
		`设 人数 = 队列.等候人数(综合咨询)  播放 "{人数}位"`, "3"),
	lookup("queue", "队列", "expected_wait", "预计等待", duration, nil, params(arg("queue", "队列", queue)),
		"现在排队大约要等多久，按最近一小时算；不知道时为空，有座席空闲时是0秒。",
		"How long who joins the queue now is expected to wait, by the last hour; absent while nothing is known, 0 s while an "+
			"agent is ready.",
		`设 要等 = 队列.预计等待(综合咨询)  如果 要等 不为空 { 播放 "大约{要等}" }`, "2分钟"),

	// Pure, about filing.
	pure("filing.deadline", date, params(arg("month", "月份", month)), nil,
		"这个月的申报纳税期限：15日；1日至15日内有连续三天以上的法定休假，按休假天数顺延；再遇休息日顺延。",
		"The filing deadline of a month: the 15th, moved by holidays of three days or more within it, then to a working day.",
		`播放 "{申报.截止日(本月)}"`, word("filing", "申报"), word("deadline", "截止日")),
	pure("filing.late_fee", money, params(arg("tax", "税款", money), arg("due", "期限", date), arg("paid", "缴款日", date)),
		nil,
		"滞纳金：税款乘万分之五，从期限次日到缴款日，按天计算。",
		"The late fee: 0.05% of the tax for each day after the deadline to the day of payment.",
		`播放 "{申报.滞纳金(10000元, 2026-10-26, 今天)}"`, word("filing", "申报"), word("late_fee", "滞纳金")),

	// Pure, about lists and numbers.
	pure("count", number, params(arg("list", "列表", nil)), countShape, "列表有几项。", "How many items a list has.",
		needList+`播放 "{数量(欠税)}"`, word("count", "数量")),
	pure("sum", nil, params(arg("list", "列表", nil)), numbersShape, "列表各项之和。", "The sum of a list.",
		needList+`播放 "{合计(欠税.金额)}"`, word("sum", "合计")),
	pure("first", nil, params(arg("list", "列表", nil)), elementShape, "列表的第一项；空列表时为空。",
		"The first item; absent if there is none.",
		needList+`播放 "{首个(欠税).税种}"`, word("first", "首个")),
	pure("last", nil, params(arg("list", "列表", nil)), elementShape, "列表的最后一项；空列表时为空。",
		"The last item; absent if there is none.",
		needList+`播放 "{末个(欠税).税种}"`, word("last", "末个")),
	pure("max", nil, params(arg("list", "列表", nil), optional(arg("other", "另一个", nil))), extremeShape,
		"列表中最大的，或两个值中大的。", "The greatest of a list, or the greater of two values.", needList+`播放 "{最大(欠税.金额)}"`,
		word("max", "最大")),
	pure("min", nil, params(arg("list", "列表", nil), optional(arg("other", "另一个", nil))), extremeShape,
		"列表中最小的，或两个值中小的。", "The least of a list, or the lesser of two values.", needList+`播放 "{最小(欠税.金额)}"`,
		word("min", "最小")),
	pure("average", nil, params(arg("list", "列表", nil)), numbersShape, "列表的平均值；空列表是错误。",
		"The average of a list; an empty one is an error.",
		needList+`播放 "{平均(欠税.金额)}"`, word("average", "平均")),
	pure("round", nil, params(arg("value", "数值", nil), optional(arg("places", "位数", number))), roundShape,
		"四舍五入到几位小数，不写位数时到整数；金额到分以内。", "Rounds to a number of places, none if it is not given.",
		`播放 "{四舍五入(10.5元)}"`, word("round", "四舍五入")),
	pure("days_between", duration, params(arg("from", "从", date), arg("to", "到", date)), nil,
		"从一个日期到另一个日期的天数。", "The days from one date to another.", `播放 "{相差天数(2026-10-01, 今天)}"`,
		word("days_between", "相差天数")),
	pure("add_workdays", date, params(arg("date", "日期", date), arg("days", "天数", workdays)), nil,
		"一个日期之后第几个工作日，按日历计算。", "The nth working day after a date, by the calendar.",
		`播放 "{顺延工作日(今天, 3个工作日)}"`, word("add_workdays", "顺延工作日")),
	pure("length", number, params(arg("text", "文本", text)), nil, "文本有几个字。", "How many characters a text has.",
		`播放 "{长度(来电号码)}"`, word("length", "长度")),
	pure("join", text, params(arg("list", "列表", types.List(text)), optional(arg("between", "间隔", text))), nil,
		"把各项连成一段文字，中间用顿号或所给的文字隔开。", "Joins texts, with a separator between.", needList+`播放 "{连接(欠税.税种)}"`,
		word("join", "连接")),
	pure("mask", text, params(arg("text", "文本", text)), nil, "遮住中间的字，如138****8000。",
		"Masks the middle, such as 138****8000.",
		`播放 "{脱敏(来电号码)}"`, word("mask", "脱敏")),
	pure("weekday", number, params(arg("date", "日期", date)), nil, "星期几：一到七，星期一是一。",
		"The day of the week: 1 to 7, Monday is 1.", `如果 星期几(今天) 不低于 6 { 播放 "周末愉快。" }`,
		word("weekday", "星期几")),
	pure("time_of_day", types.Of(types.Time), params(arg("moment", "时间点", moment)), nil, "一个时间点是当天的几点几分。",
		"The time of day of a moment.", `如果 钟点(现在) 早于 08:30 { 播放 "还没有上班。" }`, word("time_of_day", "钟点")),
	pure("starts_with", yesno, params(arg("text", "文本", text), arg("prefix", "前缀", text)), nil, "文本是不是以前缀开头。",
		"Whether a text begins with a prefix.", `如果 来电号码 不为空 且 开头是(来电号码, "0531") { 播放 "济南的来电。" }`,
		word("starts_with", "开头是")),
	pure("area_code", text, params(arg("phone", "电话", phone)), nil, "固定电话的区号，如0531；手机和其他号码没有，为空。",
		"The area code of a landline, such as 0531; absent for mobile and other numbers.",
		`设 地区 = 区号(来电号码)  如果 地区 不为空 { 播放 "区号{地区:逐位}。" }`, word("area_code", "区号")),
	pure("share", yesno, params(arg("part", "比例", number), optional(arg("name", "名称", text))), nil,
		"按比例分流：这个来电号码是不是落在这个比例里。同一个号码每次相同，不同名称的分流互不相干。",
		"Splits callers: whether this caller's number falls into a part of all. The same each time for a number; splits of different names have nothing to do with each other.",
		`如果 抽中(30%, "新菜单") { 播放 "这是新的菜单。" }`, word("share", "抽中")),

	// Values.
	value("caller", phone, "", "对方的号码：来电的主叫，外呼的被叫。", "The other party's number, on outbound calls too.", `播放 "{来电号码}"`,
		word("caller", "来电号码")),
	value("call.number", phone, "", "来电拨打的接入号。", "The number that was dialled.", `播放 "{通话.接入号}"`, word("call", "通话"),
		word("number", "接入号")),
	value("call.path", text, "", "这通电话走过的流程。", "The flows this call went through.", `附带 路径 = 通话.路径`, word("call", "通话"),
		word("path", "路径")),
	value("call.id", text, "", "这通电话的编号。", "The id of this call.", `附带 编号 = 通话.编号`, word("call", "通话"),
		word("id", "编号")),
	value("call.agent", text, "", "接听的座席；没有时为空。", "The agent who answered; absent before.", `如果 通话.座席 为空 { 挂机 }`,
		word("call", "通话"), word("agent", "座席")),
	value("today", date, "", "今天的日期。", "The date of today.", `播放 "{今天}"`, word("today", "今天")),
	value("now", moment, "", "现在的时间点。", "The present moment.", `播放 "{现在}"`, word("now", "现在")),
	value("this_month", month, "", "本月。", "This month.", `播放 "{本月}"`, word("this_month", "本月")),
	value("last_month", month, "", "上月。", "Last month.", `播放 "{上月}"`, word("last_month", "上月")),
	value("next_month", month, "", "下月。", "Next month.", `播放 "{下月}"`, word("next_month", "下月")),
	value("ahead", number, "queue", "排在前面的人数，只用在队列的播报里。", "How many callers are ahead; only in what a queue announces.",
		"", word("ahead", "前面人数")),
	value("expected_wait", duration, "queue", "预计等待的时长，只用在队列的播报里。",
		"The expected wait; only in what a queue announces.", "", word("expected_wait", "预计等待")),
	value("target", nil, "campaign", "外呼任务正在呼叫的一个，只用在外呼任务里。", "The target of this attempt; only in a campaign.", "",
		word("target", "对象")),
}

// needList begins the examples that need a list.
const needList = `设 欠税 = 纳税人.欠税("913701001000000409")  `

// The simulator's answers, literals of the language.
const (
	fakeTaxpayer = `{名称: "测试公司", 税号: "913701001000000409", 电话: "13800138000", 类别: "一般纳税人", 主管税务机关: "历下区税务局"}`
	fakeReceipt  = `{编号: "SB20261012001", 税额: 300元, 所属期: 2026-09, 提交时间: 2026-10-12 09:30}`
	fakeTicket   = `{编号: "2026101200", 类别: "投诉", 状态: "处理中", 时限: 2026-10-30, 可催办: 是, 受理日期: 2026-10-12, 电话: "13800138000", 名称: "张三"}`
	fakeNotice   = `{标题: "关于办理2026年度汇算的公告", 摘要: "汇算时间为三月一日至六月三十日。", 文号: "2026年第1号", 发布日期: 2026-02-28}`
	fakeDocument = `{标题: "留抵退税办事指南", 摘要: "符合条件的纳税人可以申请退还留抵税额。", 文号: "ZN-1000", 文件: "指南.pdf", 生效日期: 2026-01-01}`
)

func lookup(headEn, headZh, en, zh string, result *types.Type, outs []string, ps []Param, docZh, docEn,
	example, fake string) *Function {
	return &Function{ID: headEn + "." + en, Class: Lookup, Path: []Word{word(headEn, headZh), word(en, zh)}, Params: ps,
		Result:   result,
		Outcomes: outs, Doc: diag.Text{Zh: docZh, En: docEn}, Example: example, Fake: fake}
}

func pure(id string, result *types.Type, ps []Param, shape func([]*types.Type) *types.Type, docZh, docEn,
	example string, path ...Word) *Function {
	return &Function{ID: id, Class: Builtin, Path: path, Params: ps, Result: result, Shape: shape,
		Doc: diag.Text{Zh: docZh, En: docEn}, Example: example}
}

func value(id string, result *types.Type, where, docZh, docEn, example string, path ...Word) *Function {
	return &Function{ID: id, Class: Value, Path: path, Result: result, Where: where,
		Doc: diag.Text{Zh: docZh, En: docEn}, Example: example}
}

func params(list ...Param) []Param { return list }

func outcomes(list ...string) []string { return list }

func arg(en, zh string, t *types.Type) Param { return Param{Word: word(en, zh), Type: t} }

func optional(p Param) Param { p.Optional = true; return p }

// countShape: any list.
func countShape(a []*types.Type) *types.Type {
	if a[0].Kind == types.ListOf {
		return number
	}
	return nil
}

// numbersShape: a list of numbers, money or durations gives one of them.
func numbersShape(a []*types.Type) *types.Type {
	if e := a[0].Elem; a[0].Kind == types.ListOf &&
		(e.IsBad() || e.Kind == types.Number || e.Kind == types.Money || e.Kind == types.Duration) {
		return e
	}
	return nil
}

// elementShape: any list gives its element.
func elementShape(a []*types.Type) *types.Type {
	if a[0].Kind == types.ListOf {
		return a[0].Elem
	}
	return nil
}

// extremeShape: a list of ordered values, or two ordered values of one type.
func extremeShape(a []*types.Type) *types.Type {
	if len(a) > 1 && a[1] != nil {
		if a[0].IsOrdered() && types.Same(a[0], a[1]) {
			return a[0]
		}
		return nil
	}
	if e := a[0].Elem; a[0].Kind == types.ListOf && (e.IsBad() || e.IsOrdered()) {
		return e
	}
	return nil
}

// roundShape: a number or an amount stays what it is.
func roundShape(a []*types.Type) *types.Type {
	if a[0].Kind == types.Number || a[0].Kind == types.Money {
		return a[0]
	}
	return nil
}
