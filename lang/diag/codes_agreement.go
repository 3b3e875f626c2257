package diag

// agreementCodes: what a prompt says and what it accepts.
var agreementCodes = []Entry{
	{
		Code: "RX4201", Severity: Error,
		Message: Text{"这里说了请按{0}，却没有写“按 {0}”", "this says to press {0}, but there is no press {0}"},
		Explain: Text{
			"来电人听到“请按{0}”就会去按。没有这一项，按了只会听到“按错了”。请补上这一项，或者改提示语。",
			"A caller who hears “press {0}” will press it, and without that option is told of a mistake. Add the option or change the words.",
		},
		Bad:  flowStart + "菜单 甲 {\n  播放 \"继续请按1，返回请按2。\"\n  按 1 \"继续\" 挂机\n  否则 挂机\n}\n",
		Good: flowStart + "菜单 甲 {\n  播放 \"继续请按1，返回请按2。\"\n  按 1 \"继续\" 挂机\n  按 2 \"返回\" 挂机\n  否则 挂机\n}\n",
	},
	{
		Code: "RX4202", Severity: Error,
		Message: Text{"可以按 {0}，但提示语里没有说", "{0} can be pressed, but no prompt says so"},
		Explain: Text{
			"提示语没有说的键，没有人知道可以按。每种语言的提示语都要说到；也可以用“播放 选项”读出各项的名称。",
			"Nobody knows of a key that no prompt names. The words of each language must name it; “say options” reads the labels instead.",
		},
		Bad:  flowStart + "菜单 甲 {\n  播放 \"继续请按1。\"\n  按 1 \"继续\" 挂机\n  按 2 \"返回\" 挂机\n  否则 挂机\n}\n",
		Good: flowStart + "菜单 甲 {\n  播放 \"继续请按1，返回请按2。\"\n  按 1 \"继续\" 挂机\n  按 2 \"返回\" 挂机\n  否则 挂机\n}\n",
	},
	{
		Code: "RX4203", Severity: Error,
		Message: Text{"这个菜单什么也没有播放，来电人不知道可以按什么", "this menu says nothing, so its caller cannot know what to press"},
		Explain: Text{
			"菜单要先播放，再等按键。请在第一项前面写“播放”，或者写“播放 选项”。",
			"A menu speaks before it waits. Put a say before its first option, or “say options”.",
		},
		Bad:  flowStart + "菜单 甲 {\n  按 1 \"继续\" 挂机\n  否则 挂机\n}\n",
		Good: flowStart + "菜单 甲 {\n  播放 选项\n  按 1 \"继续\" 挂机\n  否则 挂机\n}\n",
	},
	{
		Code: "RX4204", Severity: Error,
		Message: Text{"队列“{0}”让等待的人可按 {1}，这里的“否则”没有写“按 {1}”", "queue “{0}” offers key {1} to those who wait, but there is no press {1} in otherwise here"},
		Explain: Text{
			"队列里的“可按”只说哪些键有用，按了以后去哪里，要在“排队 … 否则”里写明。",
			"Offer in a queue only says which keys count; where they lead stands in the otherwise of the enqueue.",
		},
		Bad:  flowStart + "队列 咨询 {\n  技能组 \"综合\"\n  满 60秒 播放 \"留言请按2。\"\n  满 60秒 可按 2\n}\n流程 甲 {\n  排队 咨询 否则 { 当 已满, 超时, 无座席, 休息 挂机 }\n  挂机\n}\n",
		Good: flowStart + "队列 咨询 {\n  技能组 \"综合\"\n  满 60秒 播放 \"留言请按2。\"\n  满 60秒 可按 2\n}\n流程 甲 {\n  排队 咨询 否则 {\n    当 已满, 超时, 无座席, 休息 挂机\n    按 2 挂机\n  }\n  挂机\n}\n",
	},
}
