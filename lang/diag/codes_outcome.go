package diag

// askDay is a question of the example programs.
const askDay = "设 日子 = 询问 日期 {\n  播放 \"请输入日期。\"\n  "

// outcomeCodes are about outcomes, the arms that catch them, and the channel of a flow.
var outcomeCodes = []Entry{
	{
		Code: "RX3101", Severity: Error,
		Message: Text{Zh: "出现“{0}”时怎么办？请在后面写“否则”", En: "what if it ends with {0}? add otherwise"},
		Explain: Text{Zh: "查询、排队、转接可能不成。每种结果都要有人处理：在这一步的“否则”里，在流程开头的“当”里，或者在“缺省”里。没有处理的话，来电人就会被晾在那里。",
			En: "Lookups, queues and transfers may fail. Each outcome is caught by this step's otherwise, by a handler at the head of the flow, or by defaults; or the caller would be left in silence."},
		Bad:  inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 {\n  当 未找到 挂机\n}\n播放 \"{户.名称}\"\n挂机"),
		Good: inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 {\n  当 未找到, 有多个 挂机\n}\n播放 \"{户.名称}\"\n挂机"),
	},
	{
		Code: "RX3102", Severity: Error,
		Message: Text{Zh: "这个分支做完以后没有去处，最后要写“转到”“返回”或“挂机”", En: "this arm has nowhere to go on: end it with goto, return or hangup"},
		Explain: Text{Zh: "查询没有结果、询问没有答案时，后面的步骤就没有值可用，所以这样的分支必须离开。菜单的每个选项、流程开头的处理也是这样。",
			En: "When a lookup or question gave nothing, the steps after it have no value to work with, so the arm must leave. The options of a menu and the handlers of a flow must too."},
		Bad:  inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 播放 \"没有查到。\"\n播放 \"{户.名称}\"\n挂机"),
		Good: inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 { 播放 \"没有查到。\" 挂机 }\n播放 \"{户.名称}\"\n挂机"),
	},
	{
		Code: "RX3103", Severity: Error,
		Message: Text{Zh: "“{0}”前面已经写过了，这里永远走不到", En: "{0} is named above, so this is never taken"},
		Explain: Text{Zh: "同一个按键、同一种结果只能有一个分支。", En: "A key or an outcome has one arm."},
		Bad:     inMain("菜单 {\n  播放 \"重听请按1。\"\n  按 1 重听\n  按 1 挂机\n  否则 挂机\n}"),
		Good:    inMain("菜单 {\n  播放 \"重听请按1，结束请按2。\"\n  按 1 重听\n  按 2 挂机\n  否则 挂机\n}"),
	},
	{
		Code: "RX3104", Severity: Error,
		Message: Text{Zh: "来电人已经不在了，这里只能做登记一类的事", En: "nobody is on the line any more: only steps on data can stand here"},
		Explain: Text{Zh: "“当 挂机”和“未接通”里没有人在听。可以标记、登记、发短信，不能播放、询问、转到别处。", En: "In on hangup and if unreached nobody listens. Mark, register or send a message, but do not say, ask or goto."},
		Bad:     exampleStart + "流程 主流程 {\n  当 挂机 播放 \"再见。\"\n  播放 \"您好。\"\n  挂机\n}\n",
		Good:    exampleStart + "流程 主流程 {\n  当 挂机 标记 \"主叫挂机\"\n  播放 \"您好。\"\n  挂机\n}\n",
	},
	{
		Code: "RX3105", Severity: Error,
		Message: Text{Zh: "一个流程不能既打电话又回短信：这一步要用{0}", En: "a flow is for calls or for messages, not both: this step needs {0}"},
		Explain: Text{Zh: "播放、询问、排队要有电话，“回复”要有来信。两边都要用的步骤放进另一个流程，用“执行”进入。", En: "say, ask and enqueue need a call, reply needs a message. Put what both share into a flow of its own and do it."},
		Bad:     inMain("播放 \"您好。\"\n回复 \"您好。\"\n挂机"),
		Good:    inMain("播放 \"您好。\"\n发短信 给 来电号码 \"您好。\" 否则 继续\n挂机"),
	},
	{
		Code: "RX3106", Severity: Error,
		Message: Text{Zh: "“根据”没有说“{0}”时怎么办，请补上，或写“否则”", En: "match does not say what to do for {0}: add it, or otherwise"},
		Explain: Text{Zh: "“根据”要把各种情况都说到。说不完的用“否则”，什么也不做写“否则 继续”。", En: "match covers every case. What is left goes to otherwise; to do nothing write otherwise continue."},
		Bad:     inMain("根据 来电号码 {\n  当 \"13800138000\" 播放 \"您好。\"\n}\n挂机"),
		Good:    inMain("根据 来电号码 {\n  当 \"13800138000\" 播放 \"您好。\"\n  否则 继续\n}\n挂机"),
	},
	{
		Code: "RX3107", Severity: Error,
		Message: Text{Zh: "“执行”一个流程，后面不用写“否则”，不成时在那个流程里处理", En: "do of a flow takes no otherwise: what fails is caught within that flow"},
		Explain: Text{Zh: "流程自己处理它的每一步不成时怎么办；它没有处理的由叫它的流程开头的“当”处理，最后是“缺省”。", En: "A flow catches the outcomes of its own steps; what it does not goes to the handlers at the head of the flow that does it, and last to defaults."},
		Bad:     withMain("执行 问好() 否则 挂机\n挂机", "流程 问好 { 播放 \"您好。\" 返回 }\n"),
		Good:    withMain("执行 问好()\n挂机", "流程 问好 { 播放 \"您好。\" 返回 }\n"),
	},
	{
		Code: "RX3108", Severity: Error,
		Message: Text{Zh: "这是直接算出来的，不会不成，后面不用写别的", En: "this is computed and cannot fail: nothing follows it"},
		Explain: Text{Zh: "“限时”“期间播放”“否则”只用在查询后面。", En: "within, playing and otherwise follow a lookup only."},
		Bad:     withMain("设 期限 = 申报.截止日(本月) 限时 3秒\n播放 \"{期限}\"\n挂机", exampleCalendar),
		Good:    withMain("设 期限 = 申报.截止日(本月)\n播放 \"{期限}\"\n挂机", exampleCalendar),
	},
	{
		Code: "RX3109", Severity: Error,
		Message: Text{Zh: "按“{0}”会和输入的内容混淆，请换一个键", En: "the key {0} would be taken for what is keyed in: choose another"},
		Explain: Text{Zh: "询问数字时，0到9都可能是内容。在询问里要留一个出口，请用内容里不会出现的键，例如 *；金额和税号连 * 也用到。", En: "In a question for digits every digit may be part of the answer. Offer a key that cannot be, such as *; in amounts and taxpayer numbers even * is taken."},
		Bad:     inMain("设 号码 = 询问 数字 6位 {\n  播放 \"请输入号码。\"\n  按 0 挂机\n  否则 挂机\n}\n播放 \"{号码}\"\n挂机"),
		Good:    inMain("设 号码 = 询问 数字 6位 {\n  播放 \"请输入号码。\"\n  按 * 挂机\n  否则 挂机\n}\n播放 \"{号码}\"\n挂机"),
	},
	{
		Code: "RX3110", Severity: Error,
		Message: Text{Zh: "这个结果后面的括号写得不对", En: "the brackets after this outcome are not right"},
		Explain: Text{Zh: "“按错(2)”是第二次按错，次数从1到10；“休息(原因, 下次开放)”带出两个值。其他结果后面不写括号。", En: "nomatch(2) is the second miss, from 1 to 10; closed(reason, until) gives two values. No other outcome has brackets."},
		Bad:     inMain(askDay + "当 按错(20) 播放 \"再试一次。\"\n  否则 挂机\n}\n播放 \"{日子}\"\n挂机"),
		Good:    inMain(askDay + "当 按错(2) 播放 \"再试一次。\"\n  否则 挂机\n}\n播放 \"{日子}\"\n挂机"),
	},
	{
		Code: "RX3111", Severity: Error,
		Message: Text{Zh: "“当”后面要写结果，可能的有：{0}", En: "after on stands an outcome here, one of: {0}"},
		Explain: Text{Zh: "这里的“当”说的是这一步的结果，不是值。比较值请用“根据”或“如果”。", En: "on names an outcome of this step, not a value. To compare values use match or if."},
		Bad:     inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 {\n  当 \"没有\" 挂机\n  否则 挂机\n}\n播放 \"{户.名称}\"\n挂机"),
		Good:    inMain("设 户 = 纳税人.查找(\"913701001000000409\") 否则 {\n  当 未找到 挂机\n  否则 挂机\n}\n播放 \"{户.名称}\"\n挂机"),
	},
	{
		Code: "RX3112", Severity: Error,
		Message: Text{Zh: "这里没有人按键，也没有挂机可等，请写“当”和值", En: "nothing is keyed here: write on and a value"},
		Explain: Text{Zh: "“按”用在菜单、询问和排队里。查询的结果和“根据”的值用“当”。", En: "press is for menus, questions and enqueue. Outcomes of lookups and values of match use on."},
		Bad:     inMain("根据 来电号码 {\n  按 1 挂机\n  否则 继续\n}\n挂机"),
		Good:    inMain("根据 来电号码 {\n  当 \"13800138000\" 挂机\n  否则 继续\n}\n挂机"),
	},
	{
		Code: "RX3113", Severity: Error,
		Message: Text{Zh: "“{0}”要用{1}，从{2}进来做不到", En: "{0} needs {1}, which {2} is not"},
		Explain: Text{Zh: "来信不能进入要播放和按键的流程，电话不能进入要“回复”的流程。", En: "A message cannot enter a flow that speaks, nor a call one that replies in writing."},
		Bad:     withMain("播放 \"您好。\"\n挂机", "来信 \"QS\" 进入 主流程\n"),
		Good:    withMain("播放 \"您好。\"\n挂机", "来信 \"QS\" 进入 短信说明\n流程 短信说明 { 回复 \"请拨打12366。\" }\n"),
	},
	{
		Code: "RX3114", Severity: Error,
		Message: Text{Zh: "来信的流程里，“{0}”时怎么回复？请在后面写“否则”", En: "this flow answers a message: what does it reply on {0}? add otherwise"},
		Explain: Text{Zh: "“缺省”里的处理是给电话写的：播放、转到、挂机。发信人听不见，也就得不到答复。请在这一步的“否则”里，或者在流程开头的“当”里回复。",
			En: "The handlers of defaults are for calls: they speak, go on elsewhere or hang up. Who sent a message hears nothing and would get no answer. Reply in this step's otherwise, or in a handler at the head of the flow."},
		Bad:  withMain("播放 \"您好。\"\n挂机", "来信 \"TD\" 进入 退订\n流程 退订 {\n  执行 消息.退订(来电号码)\n  回复 \"已退订。\"\n}\n"),
		Good: withMain("播放 \"您好。\"\n挂机", "来信 \"TD\" 进入 退订\n流程 退订 {\n  执行 消息.退订(来电号码) 否则 { 回复 \"请稍后再发。\" 返回 }\n  回复 \"已退订。\"\n}\n"),
	},
}
