package diag

// flowStart begins the programs of flowCodes and agreementCodes.
const flowStart = "接入号 \"12366\" 进入 甲\n缺省 {\n  时区 \"Asia/Shanghai\"\n  当 出错 挂机\n}\n"

// flowCodes: paths, loops and what is never reached.
var flowCodes = []Entry{
	{
		Code: "RX3001", Severity: Error,
		Message: Text{"流程“{0}”走到这里就没有下文了；请写明挂机、转到、转接、排队或留言", "flow “{0}” comes to its end here without ending the call: add hangup, goto, transfer, enqueue or voicemail"},
		Explain: Text{
			"每一路通话都要有个结果。流程走完最后一步，如果既没有挂机，也没有转到别处，来电人就会听到一片寂静。\n\n如果的两个分支、每一种查询结果，都算一条路。请看看是不是哪一条漏了。",
			"Every call comes to some result. A flow whose last step neither hangs up nor goes elsewhere would leave its caller in silence.\n\nBoth branches of an if, and every outcome of a lookup, are paths of their own: see whether one was forgotten.",
		},
		Bad:  flowStart + "流程 甲 {\n  播放 \"您好。\"\n}\n",
		Good: flowStart + "流程 甲 {\n  播放 \"您好。\"\n  挂机\n}\n",
	},
	{
		Code: "RX3002", Severity: Error,
		Message: Text{"流程“{0}”有的路走到这里没有“返回”", "flow “{0}” comes to its end here on a path without return"},
		Explain: Text{
			"会返回的流程是给别的流程“执行”用的：每条路都要“返回”，或者转到别处、挂机。",
			"A flow that returns is there for others to do: each of its paths returns, goes elsewhere or hangs up.",
		},
		Bad:  flowStart + "流程 甲 {\n  执行 乙()\n  挂机\n}\n流程 乙 {\n  如果 来电号码 是手机 { 返回 }\n  播放 \"您好。\"\n}\n",
		Good: flowStart + "流程 甲 {\n  执行 乙()\n  挂机\n}\n流程 乙 {\n  如果 来电号码 是手机 { 返回 }\n  播放 \"您好。\"\n  返回\n}\n",
	},
	{
		Code: "RX3003", Severity: Error,
		Message: Text{"这一步永远走不到：前面的步骤已经离开了", "this step is never reached: the one before it never goes on"},
		Explain: Text{
			"转到、挂机、返回、留言之后，通话就离开了这里。写在它们后面的步骤没有人会听到，多半是位置放错了。",
			"After goto, hangup, return or voicemail the call has left. What stands behind them is heard by nobody, and is mostly in the wrong place.",
		},
		Bad:  flowStart + "流程 甲 {\n  挂机\n  播放 \"您好。\"\n}\n",
		Good: flowStart + "流程 甲 {\n  播放 \"您好。\"\n  挂机\n}\n",
	},
	{
		Code: "RX3005", Severity: Error,
		Message: Text{"来电人什么都不按，这里也会“重听”，没有尽头；请改用“最多 N次”，或者只放在“按”里", "this again happens without any key from the caller and would never end: keep it to press arms, or use tries"},
		Explain: Text{
			"没人按键时反复重播，线路会一直占着。没按键、按错之后系统自己会再问，次数由“最多”决定；“重听”只该由来电人按键引起。",
			"Repeating by itself would hold the line for ever. After a miss the question is asked again anyway, as often as tries says; again is for a key that the caller presses.",
		},
		Bad:  flowStart + "菜单 甲 {\n  播放 \"继续请按1。\"\n  按 1 \"继续\" 挂机\n  否则 重听\n}\n",
		Good: flowStart + "菜单 甲 {\n  播放 \"继续请按1，重听请按星号键。\"\n  按 1 \"继续\" 挂机\n  按 * 重听\n  否则 挂机\n}\n",
	},
	{
		Code: "RX3006", Severity: Error,
		Message: Text{"来电人什么都不按，通话会一直转下去：{0}", "without any key from the caller this call would go round for ever: {0}"},
		Explain: Text{
			"这几个流程互相“转到”，中间没有一处要来电人按键。电话那头没有人时，线路会一直占着。\n\n请在其中一处改为挂机、留言或排队，或者放一个要按键的菜单。",
			"These flows go to each other, and nowhere on the way does the caller press anything. With nobody there the line would be held for ever.\n\nLet one of them hang up, take a message or enqueue, or put a menu in between.",
		},
		Bad:  flowStart + "流程 甲 { 播放 \"甲。\" 转到 乙 }\n流程 乙 { 播放 \"乙。\" 转到 甲 }\n",
		Good: flowStart + "流程 甲 { 播放 \"甲。\" 转到 乙 }\n流程 乙 { 播放 \"乙。\" 挂机 }\n",
	},
	{
		Code: "RX3007", Severity: Error,
		Message: Text{"流程不能绕回来“执行”自己：{0}", "a flow cannot do itself, by whatever way round: {0}"},
		Explain: Text{
			"“执行”会记住回到哪里。流程执行自己，就要记住无穷多个地方。要重新开始，请用“转到”。",
			"Do remembers where to come back to. A flow that does itself would have to remember without end. To start afresh use goto.",
		},
		Bad:  flowStart + "流程 甲 { 执行 乙() 挂机 }\n流程 乙 {\n  设 好 = 询问 是否 {\n    播放 \"再来请按1，不来请按2。\"\n    否则 返回\n  }\n  如果 好 { 执行 乙() }\n  返回\n}\n",
		Good: flowStart + "流程 甲 { 执行 乙() 挂机 }\n流程 乙 {\n  设 好 = 询问 是否 {\n    播放 \"再来请按1，不来请按2。\"\n    否则 返回\n  }\n  如果 好 { 播放 \"好的。\" }\n  返回\n}\n",
	},
	{
		Code: "RX3008", Severity: Warning,
		Message: Text{"“{0}”没有人用", "“{0}” is never used"},
		Explain: Text{
			"声明了却没有一处用到。可能是改名时漏了一处，也可能已经不需要了。先留着的话，名字前加下划线就不再提醒。",
			"It is declared and nothing names it: a renaming may have missed a place, or it is no longer needed. A name that begins with an underscore is left alone.",
		},
		Bad:  flowStart + "提示语 欢迎词 { 中文 \"您好。\" }\n流程 甲 { 挂机 }\n",
		Good: flowStart + "提示语 欢迎词 { 中文 \"您好。\" }\n流程 甲 { 播放 欢迎词 挂机 }\n",
	},
	{
		Code: "RX3009", Severity: Warning,
		Message: Text{"没有哪个电话、短信或外呼能进到“{0}”", "no call, message or campaign ever comes to “{0}”"},
		Explain: Text{
			"从任何一个接入号、来信、外呼任务出发，都走不到这个流程。是不是少写了一个“转到”？",
			"From no number, message or campaign does any path come here. Is a goto missing?",
		},
		Bad:  flowStart + "流程 甲 { 挂机 }\n流程 乙 { 挂机 }\n",
		Good: flowStart + "流程 甲 { 转到 乙 }\n流程 乙 { 挂机 }\n",
	},
	{
		Code: "RX3010", Severity: Warning,
		Message: Text{"设了“{0}”，但后面没有用到", "“{0}” is set and never read"},
		Explain: Text{
			"算出来的结果没有人用，多半是后面写错了名字。确实不用时，可以改成“执行”，或者名字前加下划线。",
			"Nothing reads the result: a later name may be misspelt. If it is not wanted use do, or begin the name with an underscore.",
		},
		Bad:  flowStart + "流程 甲 {\n  设 次数 = 1\n  挂机\n}\n",
		Good: flowStart + "流程 甲 {\n  设 次数 = 1\n  播放 \"{次数}。\"\n  挂机\n}\n",
	},
}
