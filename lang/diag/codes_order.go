package diag

// orderCodes are about words that are right and stand in a wrong place (package parse).
var orderCodes = []Entry{
	{
		Code: "RX1035", Severity: Error,
		Message: Text{Zh: "“返回”不能去另一个流程，去“{0}”要用“转到”",
			En: "`return` does not enter a flow: use `goto` for {0}"},
		Explain: Text{Zh: "“返回”回到用“执行”叫它的地方，后面最多跟一个值。要去另一个菜单或流程，用“转到”。",
			En: "return goes back to where the flow was called with do, and takes at most a value. To enter a menu or a flow use goto."},
		Bad: exampleStart + `流程 主流程 {
  返回 结束语
}
流程 结束语 {
  播放 "再见。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  转到 结束语
}
流程 结束语 {
  播放 "再见。"
  挂机
}
`,
	},
	{
		Code: "RX1036", Severity: Error,
		Message: Text{Zh: "“返回”之后的步骤不会执行",
			En: "steps after `return` never run"},
		Explain: Text{Zh: "“返回”是一组步骤的最后一步。后面的步骤永远走不到，请删去，或者把“返回”放进“如果”里。",
			En: "return is the last step of its block. What follows is never reached: delete it, or put return into an if."},
		Bad: exampleStart + `流程 主流程 {
  执行 问好
  挂机
}
流程 问好 {
  播放 "您好。"
  返回
  播放 "再见。"
}
`,
		Good: exampleStart + `流程 主流程 {
  执行 问好
  挂机
}
流程 问好 {
  播放 "您好。"
  返回
}
`,
	},
	{
		Code: "RX1037", Severity: Error,
		Message: Text{Zh: "“{0}”在分支里要写在花括号中",
			En: "{0} stands in braces in an arm"},
		Explain: Text{Zh: "分支后面可以直接跟一个简单的步骤。像“转接”“如果”这样自己还能带“否则”的步骤要放进花括号，否则分不清后面的“否则”属于谁。",
			En: "An arm may hold one simple step without braces. A step that can take an otherwise of its own needs braces, or nobody could tell whose the next otherwise is."},
		Bad: exampleStart + `流程 主流程 {
  菜单 {
    播放 "转接请按1。"
    按 1 "转接" 转接 "01012366"
    否则 挂机
  }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  菜单 {
    播放 "转接请按1。"
    按 1 "转接" { 转接 "01012366" 否则 挂机 }
    否则 挂机
  }
}
`,
	},
	{
		Code: "RX1038", Severity: Error,
		Message: Text{Zh: "“{0}”在这里不用写，条件后面直接写花括号",
			En: "no {0} here: the braces follow the condition"},
		Explain: Text{Zh: "“如果 条件 { … }”：条件后面直接是花括号。“则”只用在括号里的取值，例如 (如果 甲 则 1 否则 2)。",
			En: "if condition { … }: the braces follow the condition. then is for values: (if a then 1 else 2)."},
		Bad: exampleStart + `流程 主流程 {
  如果 来电号码 是手机 则 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  如果 来电号码 是手机 { 播放 "您好。" }
  挂机
}
`,
	},
	{
		Code: "RX1039", Severity: Error,
		Message: Text{Zh: "去哪里不用引号，请写 {0}",
			En: "no quotes around where to go: write {0}"},
		Explain: Text{Zh: "引号里是给人听、给人看的文字；流程和菜单的名称不加引号。",
			En: "Quotes are for words that people hear or read; names of flows and menus have none."},
		Bad: exampleStart + `流程 主流程 {
  转到 "结束语"
}
流程 结束语 {
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  转到 结束语
}
流程 结束语 {
  挂机
}
`,
	},
	{
		Code: "RX1040", Severity: Error,
		Message: Text{Zh: "“{0}”要写在第一个选项之前",
			En: "{0} belongs before the first option"},
		Explain: Text{Zh: "菜单和询问先播放，再列选项；“重听”会重放选项之前的全部内容。请把它移到前面。",
			En: "A menu or a question first speaks, then lists its options; again replays all that stands before them. Move it up."},
		Bad: exampleStart + `流程 主流程 {
  菜单 {
    按 1 "继续" 继续
    播放 "继续请按1。"
    否则 挂机
  }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  菜单 {
    播放 "继续请按1。"
    按 1 "继续" 继续
    否则 挂机
  }
  挂机
}
`,
	},
	{
		Code: "RX1041", Severity: Error,
		Message: Text{Zh: "没按键、按错以后怎么办？请写“否则”",
			En: "what happens when the caller presses nothing or a wrong key? Write `otherwise`"},
		Explain: Text{Zh: "每个菜单和询问都要说明几次没按键、按错以后怎么办，例如 否则 转到 人工(综合咨询)。不写的话，来电人会被晾在那里。",
			En: "Every menu and every question says what happens after too many misses, such as otherwise goto agent(consult). Without it the caller would be left hanging."},
		Bad: exampleStart + `流程 主流程 {
  菜单 {
    播放 "继续请按1。"
    按 1 "继续" 继续
  }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  菜单 {
    播放 "继续请按1。"
    按 1 "继续" 继续
    否则 挂机
  }
  挂机
}
`,
	},
	{
		Code: "RX1042", Severity: Error,
		Message: Text{Zh: "{0} 不是按键，按键只有 0 到 9、* 和 #",
			En: "{0} is no key: there are only 0 to 9, * and #"},
		Explain: Text{Zh: "电话上只有数字、星号和井号。多位的按键写在引号里，例如 \"10\"。",
			En: "A telephone has digits, star and pound. Several keys are written in quotes, such as \"10\"."},
		Bad: exampleStart + `流程 主流程 {
  菜单 {
    播放 "继续请按0。"
    按 "A" "继续" 继续
    否则 挂机
  }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  菜单 {
    播放 "继续请按0。"
    按 0 "继续" 继续
    否则 挂机
  }
  挂机
}
`,
	},
	{
		Code: "RX1043", Severity: Error,
		Message: Text{Zh: "多了一个“}”",
			En: "there is one } too many"},
		Explain: Text{Zh: "这个右花括号没有对应的左花括号。看看前面是不是提前结束了一组步骤。",
			En: "This closing brace has no opening one. Perhaps a block above was closed too early."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1044", Severity: Error,
		Message: Text{Zh: "“{0}”要写在流程或菜单里面",
			En: "{0} belongs inside a flow or a menu"},
		Explain: Text{Zh: "步骤都写在流程、菜单、问卷的花括号里。看看上面的流程是不是提前用“}”结束了。",
			En: "Steps stand in the braces of a flow, a menu or a survey. Perhaps the flow above was closed too early."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
播放 "再见。"
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1045", Severity: Error,
		Message: Text{Zh: "“{0}”写了两次，只能写一次",
			En: "{0} is said twice: once is enough"},
		Explain: Text{Zh: "这一项只能有一个值。请删去多余的一行。",
			En: "This clause has one value. Delete one of the lines."},
		Bad: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 时区 "Asia/Shanghai" 每天 8:30-17:30 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 每天 8:30-17:30 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
	},
	{
		Code: "RX1046", Severity: Error,
		Message: Text{Zh: "“{0}”要写在流程的开头，在所有步骤之前",
			En: "{0} belongs at the head of the flow, before its steps"},
		Explain: Text{Zh: "“当”和“按”在流程里是对整个流程有效的处理，所以写在最前面。要让来电人选择，请用“菜单”。",
			En: "on and press in a flow hold for all of it, so they stand first. To let the caller choose, use a menu."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。"
  当 挂机 标记 "主叫挂机"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  当 挂机 标记 "主叫挂机"
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1047", Severity: Warning,
		Message: Text{Zh: "“周一至周五”不随节假日和调休变化，应写“工作日”",
			En: "monday to friday ignores holidays and make-up days: workdays is meant"},
		Explain: Text{Zh: "“工作日”跟着日历走：放假时不算，补班时算。“周一至周五”只看星期几。真要只看星期几，可以分开写 周一, 周二, 周三, 周四, 周五。",
			En: "workdays follow the calendar: holidays are left out and make-up days counted. monday..friday only looks at the day of the week. If that is what you want, list the days."},
		Bad: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 周一至周五 8:30-17:30 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 每天 8:30-17:30 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
	},
}
