package diag

import "strings"

// inMain is a whole program with some steps in its one flow, each line of them indented.
func inMain(steps string) string { return withMain(steps, "") }

// withMain is inMain with more declarations after the flow.
func withMain(steps, rest string) string {
	return exampleStart + "流程 主流程 {\n  " + strings.ReplaceAll(strings.TrimSpace(steps), "\n", "\n  ") + "\n}\n" + rest
}

// verified is how the example programs come by a taxpayer's list of unpaid taxes.
const verified = "设 欠税 = 纳税人.欠税(\"913701001000000409\")\n"

// nameCodes are about what names stand for.
var nameCodes = []Entry{
	{
		Code: "RX2001", Severity: Error,
		Message: Text{Zh: "不认识“{0}”{1}", En: "{0} is not known here{1}"},
		Explain: Text{Zh: "名称要先声明才能用：流程、菜单、提示语、队列写在文件里，值用“设”取名。看看是不是写错了字，或者这个值是在另一个流程、另一个分支里设的。\n\n“设”的名称只在它所在的花括号里有效；要带到另一个流程去，请作为参数传过去。",
			En: "A name must be declared: flows, prompts and queues in a file, values with let. Look for a slip of the pen, or whether the value was set in another flow or arm.\n\nA let lives to the end of its braces. To take it to another flow, pass it as a parameter."},
		Bad:  withMain("播放 欢迎次\n挂机", "提示语 欢迎词 { 中文 \"您好。\" }\n"),
		Good: withMain("播放 欢迎词\n挂机", "提示语 欢迎词 { 中文 \"您好。\" }\n"),
	},
	{
		Code: "RX2002", Severity: Error,
		Message: Text{Zh: "“{0}”已经声明过了，请改名或删去一个", En: "{0} is declared already: rename one or delete it"},
		Explain: Text{Zh: "同一个根目录下的所有文件是一个程序，流程、菜单、提示语、队列、参数……的名称不能重复，哪怕它们是不同的东西。",
			En: "All files under one root are one program, and flows, menus, prompts, queues, settings… share one space of names."},
		Bad:  withMain("播放 欢迎\n挂机", "提示语 欢迎 { 中文 \"您好。\" }\n提示语 欢迎 { 中文 \"你好。\" }\n"),
		Good: withMain("播放 欢迎\n播放 再见\n挂机", "提示语 欢迎 { 中文 \"您好。\" }\n提示语 再见 { 中文 \"再见。\" }\n"),
	},
	{
		Code: "RX2003", Severity: Error,
		Message: Text{Zh: "“{0}”已经有所指，这里请换一个名称", En: "{0} already stands for something: choose another name here"},
		Explain: Text{Zh: "一个名称在它有效的范围里只指一样东西，否则读的人分不清说的是哪一个。流程里设的值不能和流程、提示语等同名，也不能和外层的值同名。",
			En: "Within its reach a name stands for one thing only, or readers could not tell which is meant. A value of a flow cannot share its name with a flow, a prompt or an outer value."},
		Bad:  withMain("设 欢迎 = 今天\n播放 \"{欢迎}\"\n挂机", "提示语 欢迎 { 中文 \"您好。\" }\n"),
		Good: inMain("设 日子 = 今天\n播放 \"{日子}\"\n挂机"),
	},
	{
		Code: "RX2004", Severity: Error,
		Message: Text{Zh: "“{0}”是{1}，这里要写{2}的名称", En: "{0} is {1}, but {2} is wanted here"},
		Explain: Text{Zh: "“转到”“执行”后面是流程或菜单，“留言”后面是信箱，“启动问卷”后面是问卷，作息里的“日历”后面是日历。",
			En: "goto and do take a flow or menu, voicemail a mailbox, run survey a survey, and the calendar of hours a calendar."},
		Bad:  withMain("转到 欢迎", "提示语 欢迎 { 中文 \"您好。\" }\n"),
		Good: withMain("转到 结束语", "流程 结束语 { 播放 \"再见。\" 挂机 }\n"),
	},
	{
		Code: "RX2005", Severity: Error,
		Message: Text{Zh: "“{0}”{2}", En: "{0} {2}"},
		Explain: Text{Zh: "库里的名称由两部分组成，例如“纳税人.欠税”“申报.截止日”。用 rexian library 可以列出全部。",
			En: "Names of the library have two parts, such as taxpayer.arrears. `rexian library` lists them all."},
		Bad:  inMain("设 欠税 = 纳税人.欠说(\"913701001000000409\")\n播放 \"{数量(欠税)}笔\"\n挂机"),
		Good: inMain(verified + "播放 \"{数量(欠税)}笔\"\n挂机"),
	},
	{
		Code: "RX2006", Severity: Error,
		Message: Text{Zh: "{0}没有“{1}”这一项{2}", En: "{0} has no field {1}{2}"},
		Explain: Text{Zh: "每种记录有固定的几项，例如欠税有所属期、税种、金额、截止日。表格的一行有它声明的那几列。",
			En: "A record has a fixed set of fields, a row of a table the columns that the table declares."},
		Bad:  inMain(verified + "播放 \"{合计(欠税.金饿)}\"\n挂机"),
		Good: inMain(verified + "播放 \"{合计(欠税.金额)}\"\n挂机"),
	},
	{
		Code: "RX2007", Severity: Error,
		Message: Text{Zh: "程序里缺少“缺省”：请写明时区，以及出错时怎么办", En: "the program has no defaults: state the zone, and what to do on error"},
		Explain: Text{Zh: "每个程序要有一处“缺省”，写明时区，以及系统出错时最后怎么办，例如转到留言流程。没有它，出错时来电人会听不到任何声音。",
			En: "Every program has one defaults, with its time zone and the last resort on error. Without it a caller would hear nothing when something fails."},
		Bad:  "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n流程 主流程 {\n  播放 \"您好。\"\n  挂机\n}\n",
		Good: inMain("播放 \"您好。\"\n挂机"),
	},
	{
		Code: "RX2008", Severity: Error,
		Message: Text{Zh: "“{0}”在一个程序里只能写一处", En: "{0} may stand only once in a program"},
		Explain: Text{Zh: "同一个根目录下的所有文件是一个程序。“语种”“缺省”“来信 其他”各只能有一处，否则不知道听哪个的。",
			En: "All files under one root are one program, and this declaration holds for all of it."},
		Bad:  withMain("挂机", "语种 中文 缺则 中文\n"),
		Good: inMain("挂机"),
	},
	{
		Code: "RX2009", Severity: Error,
		Message: Text{Zh: "“缺省”里少了“{0}”", En: "defaults lack {0}"},
		Explain: Text{Zh: "“缺省”必须写时区和“当 出错”，它们对整个程序有效。",
			En: "defaults must state the zone and on error: they hold for the whole program."},
		Bad:  "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 {\n  时区 \"Asia/Shanghai\"\n}\n流程 主流程 {\n  挂机\n}\n",
		Good: inMain("挂机"),
	},
	{
		Code: "RX2010", Severity: Error,
		Message: Text{Zh: "这一项写了两次，只能写一次", En: "this clause stands twice"},
		Explain: Text{Zh: "队列、外呼任务、问卷里的每一项只能有一个值。随等待时间变化的内容用“满 60秒 …”写，可以有多行。",
			En: "A clause of a queue, campaign or survey has one value. What changes with the wait is written with from, as often as needed."},
		Bad:  withMain("排队 咨询 否则 挂机\n挂机", "队列 咨询 { 技能组 \"咨询\"  容量 10位  容量 20位 }\n"),
		Good: withMain("排队 咨询 否则 挂机\n挂机", "队列 咨询 { 技能组 \"咨询\"  容量 20位 }\n"),
	},
	{
		Code: "RX2011", Severity: Error,
		Message: Text{Zh: "“{0}”不会在这里出现，可能出现的有：{1}", En: "{0} cannot happen here; what can is: {1}"},
		Explain: Text{Zh: "“当”后面写这一步可能的结果。每种查询、排队、转接有它固定的几种结果；写错一个字，这个分支就永远走不到。",
			En: "After on stands an outcome of this step. Each lookup, enqueue or transfer has a fixed set of them, and a misspelt one would never be taken."},
		Bad:  withMain("排队 咨询 否则 {\n  当 以满, 超时, 无座席, 休息 挂机\n}\n挂机", "队列 咨询 { 技能组 \"咨询\" }\n"),
		Good: withMain("排队 咨询 否则 {\n  当 已满, 超时, 无座席, 休息 挂机\n}\n挂机", "队列 咨询 { 技能组 \"咨询\" }\n"),
	},
	{
		Code: "RX2012", Severity: Error,
		Message: Text{Zh: "队列“{0}”绕了一圈，又同它自己", En: "queue {0} is like itself, by a circle"},
		Explain: Text{Zh: "“同”表示其余的设定和另一个队列一样。两个队列互相“同”，就谁也没有设定了。",
			En: "like takes the other clauses from another queue. Two queues that are like each other have none."},
		Bad:  withMain("排队 甲 否则 挂机\n挂机", "队列 甲 同 乙 { 技能组 \"一\" }\n队列 乙 同 甲 { 技能组 \"二\" }\n"),
		Good: withMain("排队 甲 否则 挂机\n挂机", "队列 甲 同 乙 { 技能组 \"一\" }\n队列 乙 { 技能组 \"二\" }\n"),
	},
	{
		Code: "RX2013", Severity: Error,
		Message: Text{Zh: "“{0}”里有“返回”，只能用“执行”进入，否则没有地方可返回", En: "{0} returns, so it is entered by do: otherwise there is nowhere to return to"},
		Explain: Text{Zh: "“转到”是一去不回的。带“返回”的流程要用“执行”进入，它返回后接着走下一步。",
			En: "goto never comes back. A flow with return is entered by do, and the step after the do follows its return."},
		Bad:  withMain("转到 问好", "流程 问好 { 播放 \"您好。\" 返回 }\n"),
		Good: withMain("执行 问好()\n挂机", "流程 问好 { 播放 \"您好。\" 返回 }\n"),
	},
	{
		Code: "RX2014", Severity: Error,
		Message: Text{Zh: "“{0}”是问卷，请用“启动问卷”", En: "{0} is a survey: use run survey"},
		Explain: Text{Zh: "问卷用“启动问卷 名称”进入，问完后接着走下一步。", En: "A survey is entered by run survey, and the next step follows its end."},
		Bad:     withMain("转到 满意度", "问卷 满意度 { 询问 评价 \"满意请按1，不满意请按2。\" { 1 \"满意\"  2 \"不满意\" } }\n"),
		Good:    withMain("启动问卷 满意度\n挂机", "问卷 满意度 { 询问 评价 \"满意请按1，不满意请按2。\" { 1 \"满意\"  2 \"不满意\" } }\n"),
	},
	{
		Code: "RX2015", Severity: Error,
		Message: Text{Zh: "没有“{0}”这个时区，北京时间请写 \"Asia/Shanghai\"", En: "there is no time zone {0}; Beijing time is \"Asia/Shanghai\""},
		Explain: Text{Zh: "时区用国际时区库的名称。北京时间是 \"Asia/Shanghai\"。", En: "Zones have the names of the IANA database, such as \"Asia/Shanghai\"."},
		Bad:     withMain("如果 办公时间 开放 { 挂机 }\n挂机", "作息 办公时间 { 时区 \"Beijing\"  工作日 08:30-17:30 }\n"),
		Good:    withMain("如果 办公时间 开放 { 挂机 }\n挂机", "作息 办公时间 { 时区 \"Asia/Shanghai\"  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX2016", Severity: Error,
		Message: Text{Zh: "没有“{0}”这种读法，可以用：逐位、序数、计数、脱敏", En: "there is no readout {0}; there are digits, ordinal, count, masked"},
		Explain: Text{Zh: "花括号里冒号后面是读法：逐位（一二三）、序数（第三）、计数（两）、脱敏（138****8000）。不写时按类型读。",
			En: "After the colon in braces stands a readout: digits, ordinal, count or masked. Without one the type decides."},
		Bad:  inMain("播放 \"{来电号码:逐个}\"\n挂机"),
		Good: inMain("播放 \"{来电号码:逐位}\"\n挂机"),
	},
	{
		Code: "RX2017", Severity: Error,
		Message: Text{Zh: "“{0}”只能写在{1}里", En: "{0} belongs into {1}"},
		Explain: Text{Zh: "“重听”重放它所在的菜单或询问；“下一轮”“跳出”说的是它所在的“重复”或“逐条”；“询问 名称”是问卷里的一题。",
			En: "again replays the menu or question around it; next and stop speak of the loop around them; ask NAME is a question of a survey."},
		Bad:  inMain("播放 \"您好。\"\n跳出"),
		Good: inMain("重复 最多 3次 { 播放 \"您好。\" 跳出 }\n挂机"),
	},
	{
		Code: "RX2018", Severity: Error,
		Message: Text{Zh: "“{0}”只能用在{1}里", En: "{0} can only be used in {1}"},
		Explain: Text{Zh: "“前面人数”“预计等待”只有在排队等候时才知道；“对象”只有在外呼任务里才有。", En: "ahead and expected_wait are known only while waiting in a queue; target only in a campaign."},
		Bad:     inMain("播放 \"您前面还有{前面人数}位。\"\n挂机"),
		Good:    withMain("排队 咨询 否则 挂机\n挂机", "队列 咨询 { 技能组 \"咨询\"  每 30秒 播放 \"您前面还有{前面人数}位。\" }\n"),
	},
	{
		Code: "RX2019", Severity: Error,
		Message: Text{Zh: "“{0}”已经有一个去处了", En: "{0} already enters a flow"},
		Explain: Text{Zh: "一个接入号、一个短信关键词只能进入一个流程。关键词不分大小写。", En: "A number, or a keyword of a message, enters one flow. Keywords ignore case."},
		Bad:     withMain("挂机", "接入号 \"12366\" 进入 主流程\n"),
		Good:    withMain("挂机", "接入号 \"053112366001\" 进入 主流程\n"),
	},
	{
		Code: "RX2020", Severity: Error,
		Message: Text{Zh: "“{0}”要带参数，不能从这里直接进入", En: "{0} takes parameters and cannot be entered from here"},
		Explain: Text{Zh: "电话打进来时没有参数可给。请让接入号进入一个不带参数的流程，再从那里带着参数转过去。", En: "A call brings no arguments. Let the number enter a flow without parameters that goes on with them."},
		Bad:     exampleStart + "流程 主流程(问候: 文本) { 播放 \"{问候}\" 挂机 }\n",
		Good:    inMain("播放 \"您好。\"\n挂机"),
	},
	{
		Code: "RX2021", Severity: Error,
		Message: Text{Zh: "来信的内容不合“{0}”的参数时怎么办？请在后面写“否则”和一个流程", En: "what if the words do not fill the parameters of {0}? add otherwise and a flow"},
		Explain: Text{Zh: "来信进入带参数的流程时，关键词后面的词依次作为参数。少写了、写错了就进入“否则”后面的流程，例如回复用法。", En: "The words after the keyword fill the parameters. If one is missing or wrong, the flow after otherwise is entered."},
		Bad:     withMain("挂机", "来信 \"JD\" 进入 查进度\n流程 查进度(单号: 数字 10位) { 回复 \"{单号}\" }\n"),
		Good:    withMain("挂机", "来信 \"JD\" 进入 查进度 否则 用法\n流程 查进度(单号: 数字 10位) { 回复 \"{单号}\" }\n流程 用法 { 回复 \"请发送：JD 编号。\" }\n"),
	},
	{
		Code: "RX2022", Severity: Error,
		Message: Text{Zh: "“{0}”的参数“{1}”是{2}，不能从来信的文字里读出", En: "the parameter {1} of {0} is {2}, which cannot be read from the words of a message"},
		Explain: Text{Zh: "来信的词可以成为文本、数字、金额、日期、电话、税号等，不能成为队列、列表或记录。", En: "A word of a message can become text, digits, money, a date, a phone…, not a queue, list or record."},
		Bad:     withMain("挂机", "来信 \"DX\" 进入 发送 否则 用法\n流程 发送(内容: 短信) { 回复 内容 }\n流程 用法 { 回复 \"用法\" }\n"),
		Good:    withMain("挂机", "来信 \"DX\" 进入 发送 否则 用法\n流程 发送(内容: 文本) { 回复 内容 }\n流程 用法 { 回复 \"用法\" }\n"),
	},
	{
		Code: "RX2023", Severity: Error,
		Message: Text{Zh: "“{0}”不是这个程序的接入号", En: "{0} is no number of this program"},
		Explain: Text{Zh: "测试里拨打的号码要用“接入号”声明过，否则电话打不进来。", En: "A test dials a number that is declared with number."},
		Bad:     withMain("播放 \"您好。\"\n挂机", "测试 \"打通\" {\n  时间 2026-10-12 09:30\n  拨打 \"12367\" 主叫 \"13800138000\"\n  听到 \"您好\"\n}\n"),
		Good:    withMain("播放 \"您好。\"\n挂机", "测试 \"打通\" {\n  时间 2026-10-12 09:30\n  拨打 \"12366\" 主叫 \"13800138000\"\n  听到 \"您好\"\n}\n"),
	},
	{
		Code: "RX2024", Severity: Error,
		Message: Text{Zh: "“{0}”不能假设：只能假设查询、排队、名单、开关、作息、参数", En: "{0} cannot be assumed: only lookups, queues, lists, switches, hours and settings can"},
		Explain: Text{Zh: "“假设”代替外面的系统作答。能直接算出来的值，例如今天和截止日，由“时间”决定，不用假设。", En: "given answers for systems outside. What is computed, such as today or a deadline, follows from at."},
		Bad:     withMain("播放 \"{今天}\"\n挂机", "测试 \"日期\" {\n  时间 2026-10-12 09:30\n  假设 申报.截止日(本月) 得到 2026-10-26\n}\n"),
		Good:    withMain(verified+"播放 \"{数量(欠税)}笔\"\n挂机", "测试 \"欠税\" {\n  时间 2026-10-12 09:30\n  假设 纳税人.欠税(_) 得到 []\n}\n"),
	},
	{
		Code: "RX2025", Severity: Error,
		Message: Text{Zh: "假设“{0}”时要写：{1}", En: "what is assumed of {0} is written: {1}"},
		Explain: Text{Zh: "名单用“含”，开关用“开启”“关闭”，作息用“开放”“休息”，查询和排队用“得到”，参数用“是”。", En: "A list has, a switch is on or off, hours are open or closed, lookups and queues return, a setting is."},
		Bad:     withMain("如果 来电号码 属于 黑名单 { 挂机 }\n播放 \"您好。\"\n挂机", "名单 黑名单\n测试 \"黑名单\" {\n  时间 2026-10-12 09:30\n  假设 黑名单 开启\n}\n"),
		Good:    withMain("如果 来电号码 属于 黑名单 { 挂机 }\n播放 \"您好。\"\n挂机", "名单 黑名单\n测试 \"黑名单\" {\n  时间 2026-10-12 09:30\n  假设 黑名单 含 \"13900000000\"\n}\n"),
	},
	{
		Code: "RX2026", Severity: Error,
		Message: Text{Zh: "“{0}”没有结果值，成功请写“得到 是”", En: "{0} has no result: write `returns yes` for success"},
		Explain: Text{Zh: "有的查询只是办一件事，例如催办。成功写“得到 是”，失败写它的结果，例如“得到 未找到”。", En: "Some lookups only do something. Success is `returns yes`, failure one of its outcomes."},
		Bad:     withMain("执行 工单.催办(\"2026101200\") 否则 继续\n挂机", "测试 \"催办\" {\n  时间 2026-10-12 09:30\n  假设 工单.催办(_) 得到 \"好\"\n}\n"),
		Good:    withMain("执行 工单.催办(\"2026101200\") 否则 继续\n挂机", "测试 \"催办\" {\n  时间 2026-10-12 09:30\n  假设 工单.催办(_) 得到 是\n}\n"),
	},
}
