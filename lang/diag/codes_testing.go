package diag

// testCodes are the failures of test blocks. They are found by running a test, not by reading its file, so they have no
// example programs: any program's test can fail.
var testCodes = []Entry{
	{
		Code: "RX7001", Severity: Error,
		Message: Text{Zh: "没有听到“{0}”：{1}，{2}", En: "{0} was not heard: {1}; {2}"},
		Explain: Text{Zh: "“听到”让通话继续，直到播放了这些字；标点不计，从上一次听到的地方往后找。通话结束、或者系统已经播完在等按键时，还没有播放，测试就失败。\n\n请对照通话记录：多半是前面少了一次按键，或者提示语改过了。",
			En: "`hear` lets the call run until these words have been spoken; punctuation does not count, and the search begins where the last one ended. If the call ends, or waits for keys with nothing more to say, the test fails.\n\nLook at the transcript: mostly a key before is missing, or the prompt has been changed."},
	},
	{
		Code: "RX7002", Severity: Error,
		Message: Text{Zh: "“听到”里要有字，不能只有标点", En: "`hear` needs words, not only punctuation"},
		Explain: Text{Zh: "“听到”比较的是说出来的字，标点不算。只写标点什么都能对上，这样的测试查不出问题。",
			En: "`hear` compares spoken words and leaves punctuation out. Punctuation alone would be found in anything, and the test would never fail."},
	},
	{
		Code: "RX7003", Severity: Error,
		Message: Text{Zh: "这一行之前还没有通话，请先写“拨打 \"号码\" 主叫 \"号码\"”", En: "no call is on before this line: write `call \"number\" from \"number\"` first"},
		Explain: Text{Zh: "听、按、等、挂机都要在通话里。通话从“拨打”开始；外呼从“拨出”和“接听”开始；来信从“发来”开始。",
			En: "Hearing, pressing, waiting and hanging up happen in a call. A call begins with `call`, an outbound one with `dial` and `answer`, a message with `text`."},
	},
	{
		Code: "RX7004", Severity: Error,
		Message: Text{Zh: "到这一行时通话已经结束", En: "the call is over before this line"},
		Explain: Text{Zh: "流程在这一行之前已经挂机，后面的动作没有对象。请看通话记录里最后发生了什么。",
			En: "The flow has hung up before this line, so there is nobody left to do this to. The transcript shows what happened last."},
	},
	{
		Code: "RX7005", Severity: Error,
		Message: Text{Zh: "座席接不了这通电话：{0}", En: "no agent can answer this call: {0}"},
		Explain: Text{Zh: "“座席接听”要等来电进入队列。通话在别处等按键、已经接通座席，或者已经结束，都接听不了；测试里写过“座席签出”“座席示忙”的，先写“座席示闲”。",
			En: "`agent answers` waits until the caller is in a queue. A call that awaits keys elsewhere, that talks to an agent already, or that is over, cannot be answered. After `agent signs out` or `agent break` write `agent ready` first."},
	},
	{
		Code: "RX7006", Severity: Error,
		Message: Text{Zh: "座席没有在通话，请先写“座席接听”：{0}", En: "no agent is talking, write `agent answers` first: {0}"},
		Explain: Text{Zh: "“座席挂机”是座席结束和来电人的通话，来电人仍在线，流程接着往下走。之前要有“座席接听”。",
			En: "`agent hangs up` ends the talk with an agent while the caller stays on the line, and the flow goes on. It needs an `agent answers` before it."},
	},
	{
		Code: "RX7007", Severity: Error,
		Message: Text{Zh: "“{0}”不是本程序的接入号", En: "{0} is not a number of this program"},
		Explain: Text{Zh: "“拨打”后面写“接入号”声明过的号码。", En: "`call` takes a number that a `number` declaration names."},
	},
	{
		Code: "RX7008", Severity: Error,
		Message: Text{Zh: "没有流程接收来信“{0}”", En: "no flow takes the message {0}"},
		Explain: Text{Zh: "来信的第一个词要是“来信”声明过的关键字；其他来信要有“来信 其他 进入 …”。",
			En: "The first word of a message is a keyword of a `message` declaration; all others need `message other enters …`."},
	},
	{
		Code: "RX7009", Severity: Error,
		Message: Text{Zh: "通话没有尽头，已停止模拟", En: "the call does not come to an end; the simulation was stopped"},
		Explain: Text{Zh: "一通模拟电话超过了一天，或者发生了二十万件事。请看通话记录里反复出现的部分。",
			En: "A simulated call took more than a day, or more than 200,000 things happened in it. The transcript shows what repeats."},
	},
	{
		Code: "RX7010", Severity: Error,
		Message: Text{Zh: "测试里的这个值算不出来", En: "this value of the test cannot be computed"},
		Explain: Text{Zh: "测试里可以写字面值、参数、名单、开关、作息、日期和内置函数。查询要用“假设”，流程里的变量在测试里看不到。算不出来也可能是溢出、除以零，或者日历没有这一年。",
			En: "A test may use literals, settings, lists, switches, opening hours, dates and built-in functions. Lookups belong in `given`, and variables of flows cannot be seen. An overflow, a division by zero or a year that the calendar lacks cannot be computed either."},
	},
	{
		Code: "RX7011", Severity: Error,
		Message: Text{Zh: "不应听到的“{0}”播放了", En: "{0} was spoken, and should not have been"},
		Explain: Text{Zh: "“听不到”让通话走到等人操作为止，从上一次听到的地方起不能出现这些字。",
			En: "`not hear` lets the call run until it waits for somebody; the words may not occur from the last hit on."},
	},
	{
		Code: "RX7012", Severity: Error,
		Message: Text{Zh: "流程查询了 {0}，测试没有假设它的结果，请加一行：{1}", En: "the flow asked for {0}, which the test does not assume; add: {1}"},
		Explain: Text{Zh: "测试不连真实系统。流程每一次查询都要有“假设”给出结果；参数写 _ 表示任意值，几条都符合时以最后一条为准。",
			En: "Tests reach no real system. Each lookup of the flow needs a `given` with its result; `_` stands for any argument, and of several that fit the last one wins."},
	},
	{
		Code: "RX7013", Severity: Error,
		Message: Text{Zh: "应当发生的没有发生：{0}", En: "what was expected did not happen: {0}"},
		Explain: Text{Zh: "“应当”让通话继续，直到发生了这件事；通话等待按键、在排队或者已经结束时还没有发生，就不成立。后面各行照常进行。",
			En: "`expect` lets the call run until the thing has happened; if the call waits for keys, stands in a queue or is over before that, it does not hold. The lines that follow are played all the same."},
	},
	{
		Code: "RX7014", Severity: Error,
		Message: Text{Zh: "条件和测试写的不一样：{0}", En: "the condition is not as the test says: {0}"},
		Explain: Text{Zh: "“应当”后面的条件按测试当时的时间计算。", En: "The condition after `expect` is computed at the test's present moment."},
	},
	{
		Code: "RX7015", Severity: Error,
		Message: Text{Zh: "不应发生的发生了：{0}", En: "what should not happen did: {0}"},
		Explain: Text{Zh: "“不应”让通话走到等人操作为止，整通电话里都不能有这件事。",
			En: "`expect not` lets the call run until it waits for somebody; the thing may have happened nowhere in the call."},
	},
	{
		Code: "RX7016", Severity: Error,
		Message: Text{Zh: "这一行之前没有可接听的外呼，请先写“拨出 任务 给 {…}”", En: "there is no outbound call to answer before this line: write `dial CAMPAIGN to {…}` first"},
		Explain: Text{Zh: "“接听”和“重拨”说的是前面“拨出”的那次呼叫。免拨条件成立时不会拨出，也就没有可接听的。",
			En: "`answer` and `redial` speak of the call that a `dial` made. Where `skip if` holds no call is made, and there is none to answer."},
	},
	{
		Code: "RX7017", Severity: Error,
		Message: Text{Zh: "重拨时间和测试写的不一样：{0}", En: "the redial is not as the test says: {0}"},
		Explain: Text{Zh: "重拨时间是这次呼叫的时间加上“重拨”里写的间隔；不在外呼时段内的，推到时段开始。",
			En: "A call is repeated after the interval that `retry` states for its outcome; outside the campaign's hours it waits until they begin."},
	},
	{
		Code: "RX7018", Severity: Warning,
		Message: Text{Zh: "已经有一个测试叫“{0}”了", En: "another test is called {0} already"},
		Explain: Text{Zh: "测试按名称挑选，失败时也按名称报告。两个测试同名，就分不清是哪一个；多半是复制以后忘了改。",
			En: "Tests are chosen and reported by name. Two of one name cannot be told apart; mostly one was copied and not renamed."},
		Bad:  inMain("播放 \"您好。\"\n挂机") + twoTests("问好"),
		Good: inMain("播放 \"您好。\"\n挂机") + twoTests("再问好"),
	},
	{
		Code: "RX7019", Severity: Error,
		Message: Text{Zh: "电话没有打通：{0}", En: "the call could not be made: {0}"},
		Explain: Text{Zh: "用真实电话测试时，要先启动服务，地址和端口要对。对方拒绝时，原因写在后面。",
			En: "Tests over a real line need a server that runs at the address given. Where the other side refused, its reason is said."},
	},
}

// twoTests are two tests, the first called 问好.
func twoTests(second string) string {
	const lines = "\" {\n  时间 2026-10-12 09:30\n  拨打 \"12366\" 主叫 \"13800138000\"\n  听到 \"您好\"\n}\n"
	return "测试 \"问好" + lines + "测试 \"" + second + lines
}
