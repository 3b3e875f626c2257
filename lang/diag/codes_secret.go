package diag

// askPin is how the example programs come by a secret.
const askPin = "设 密码 = 询问 保密 数字 6位 { 播放 \"请输入密码。\" 否则 挂机 }\n"

// usePin hands it on as it should be.
const usePin = "执行 纳税人.核对尾号(\"913701001000000409\", 密码) 否则 挂机\n挂机"

// secretCodes are about what may be done with a secret: hand it to a function that asks for one, and nothing else.
var secretCodes = []Entry{
	{
		Code: "RX6001", Severity: Error,
		Message: Text{Zh: "保密的内容不能播放，也不能写进短信", En: "a secret may not be spoken or written"},
		Explain: Text{Zh: "密码等保密的内容只能交给库函数核验。播放出来，身边的人会听到；写进短信或记录，就不再保密。", En: "A secret may be checked by a library function and nothing else. Spoken it is overheard, written it is kept."},
		Bad:     inMain(askPin + "播放 \"您的密码是{密码}。\"\n" + usePin),
		Good:    inMain(askPin + usePin),
	},
	{
		Code: "RX6002", Severity: Error,
		Message: Text{Zh: "保密的内容不能比较，请用库函数核验，例如 纳税人.核验", En: "a secret may not be compared: let a library function check it, such as taxpayer.verify"},
		Explain: Text{Zh: "自己比较密码，就得把正确的密码写在流程里或取到流程里，都会泄露。请用 纳税人.核验、纳税人.核对尾号 等函数。", En: "To compare it, the right one would have to be in the flow too. Use taxpayer.verify, verify_tail and the like."},
		Bad:     inMain(askPin + "如果 密码 是 \"123456\" { 挂机 }\n" + usePin),
		Good:    inMain(askPin + usePin),
	},
	{
		Code: "RX6003", Severity: Error,
		Message: Text{Zh: "保密的内容不能交到这里，只能给标明“保密”的参数", En: "a secret may not go here, only to a parameter that is secret"},
		Explain: Text{Zh: "接收的参数没有标明“保密”，内容就可能被播放或记录。自己的流程要接收它时，把参数写成“保密 数字”。", En: "A parameter that is not secret may speak or keep what it gets. Declare the flow's parameter secret to hand one on."},
		Bad:     withMain(askPin+"执行 核对(密码)\n"+usePin, "流程 核对(尾号: 数字) { 播放 \"{尾号}\" 返回 }\n"),
		Good:    withMain(askPin+"执行 核对(密码)\n"+usePin, "流程 核对(尾号: 保密 数字) { 执行 纳税人.核对尾号(\"913701001000000409\", 尾号) 否则 挂机  返回 }\n"),
	},
	{
		Code: "RX6004", Severity: Error,
		Message: Text{Zh: "保密的内容不能保存", En: "a secret may not be stored"},
		Explain: Text{Zh: "通话变量、参数、表格和“附带”“改”都会把内容留下来，或显示给座席，所以不能保密。用完就不再需要的密码请用“设”。", En: "Call data, settings, tables, attach and set keep their content or show it. Hold a secret in a let, for as long as it is needed."},
		Bad:     inMain(askPin + "附带 密码 = 密码\n" + usePin),
		Good:    inMain(askPin + usePin),
	},
	{
		Code: "RX6005", Severity: Error,
		Message: Text{Zh: "保密的内容不能复核，因为复核会读出来", En: "a secret cannot be confirmed, since that would read it back"},
		Explain: Text{Zh: "“复核”把输入的内容读给来电人听。密码输错了，核验时自然会知道。", En: "confirm reads back what was keyed. A wrong PIN is found when it is verified."},
		Bad:     inMain("设 密码 = 询问 保密 数字 6位 { 播放 \"请输入密码。\" 复核 否则 挂机 }\n" + usePin),
		Good:    inMain(askPin + usePin),
	},
	{
		Code: "RX6006", Severity: Error,
		Message: Text{Zh: "{0}不能保密", En: "{0} cannot be secret"},
		Explain: Text{Zh: "保密的是来电人输入的内容，例如密码。队列、提示语、作息写在流程里，人人看得到。", En: "What callers key can be secret. Queues, prompts and hours stand in the flow for all to see."},
		Bad:     withMain("执行 去排队(咨询)", "队列 咨询 { 技能组 \"咨询\" }\n流程 去排队(目标: 保密 队列) { 排队 目标 否则 挂机  挂机 }\n"),
		Good:    withMain("执行 去排队(咨询)", "队列 咨询 { 技能组 \"咨询\" }\n流程 去排队(目标: 队列) { 排队 目标 否则 挂机  挂机 }\n"),
	},
}
