package diag

import "strings"

// grammarCodes are found while the words are put together (package parse).
var grammarCodes = []Entry{
	{
		Code: "RX1019", Severity: Error,
		Message: Text{Zh: "“{0}”是不是“{1}”？",
			En: "did you mean {1} instead of {0}?"},
		Explain: Text{Zh: "这里要写一个关键词，写的词和某个关键词只差一两个字。",
			En: "A keyword belongs here, and what stands here differs from one by a letter or two."},
		Bad: exampleStart + `流程 主流程 {
  播方 "您好。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1020", Severity: Error,
		Message: Text{Zh: "“{0}”要用空格分开：{1}",
			En: "put blanks between the words of {0}: {1}"},
		Explain: Text{Zh: "中文的词之间要有空格，否则分不清哪里是关键词，哪里是名称。“按1”“等待5秒”这样后面是数字的可以连写。",
			En: "Chinese words need a blank between them, or keyword and name cannot be told apart. Before a digit none is needed: 按1, 等待5秒."},
		Bad: exampleStart + `提示语 欢迎词 { 中文 "您好。" }
流程 主流程 {
  播放欢迎词
  挂机
}
`,
		Good: exampleStart + `提示语 欢迎词 { 中文 "您好。" }
流程 主流程 {
  播放 欢迎词
  挂机
}
`,
	},
	{
		Code: "RX1021", Severity: Error,
		Message: Text{Zh: "“{0}”后面不用冒号",
			En: "no colon after {0}"},
		Explain: Text{Zh: "关键词后面直接写内容，不用冒号。冒号只用在名称和类型、名称和值之间。",
			En: "What a keyword says follows it directly. A colon stands only between a name and its type or value."},
		Bad: exampleStart + `流程 主流程 {
  播放：“您好。”
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1022", Severity: Error,
		Message: Text{Zh: "这里应为{0}，却是“{1}”",
			En: "expected {0} here, found {1}"},
		Explain: Text{Zh: "读到这里，按语法只能接前面说的那一种内容。看看是不是少写了什么，或者多写了一个词。",
			En: "At this place the grammar allows only what the message names. Something is missing before it, or one word is too many."},
		Bad: exampleStart + `流程 主流程 {
  转到 = 3
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1023", Severity: Error,
		Message: Text{Zh: "“{0}”是关键词，不能作名称，请改名",
			En: "{0} is a keyword and cannot be a name: choose another"},
		Explain: Text{Zh: "少数词在任何地方都是关键词，例如 播放、留言、排队。用它们作名称会让人看不懂，请换一个，例如“留言流程”。",
			En: "A few words are keywords everywhere, such as say, voicemail, enqueue. Choose another name, such as leave_message."},
		Bad: exampleStart + `流程 主流程 {
  转到 留言流程
}
流程 留言 {
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  转到 留言流程
}
流程 留言流程 {
  挂机
}
`,
	},
	{
		Code: "RX1024", Severity: Error,
		Message: Text{Zh: "“{0}”不能写在这里，这里应为{1}",
			En: "{0} cannot stand here: {1} belongs here"},
		Explain: Text{Zh: "这个关键词有它自己的位置。例如“技能组”写在队列里，“等待”写在菜单或询问里。",
			En: "This keyword has a place of its own: skill in a queue, wait in a menu or a question."},
		Bad: exampleStart + `流程 主流程 {
  容量 40位
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  挂机
}
`,
	},
	{
		Code: "RX1025", Severity: Error,
		Message: Text{Zh: "不认识“{0}”，这里应为{1}",
			En: "{0} is not known here: {1} belongs here"},
		Explain: Text{Zh: "每一步都以关键词开头，例如 播放、转到、挂机。名称不能单独成为一步。",
			En: "Every step begins with a keyword, such as say, goto, hangup. A name alone is no step."},
		Bad: exampleStart + `流程 主流程 {
  大家好
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1026", Severity: Error,
		Message: Text{Zh: "“{0}”请写成“{1}”",
			En: "write {1} for {0}"},
		Explain: Text{Zh: "去另一个流程或菜单用“转到”，转给一个电话号码用“转接”，请人工座席接听用“排队”。",
			En: "To enter another flow is goto, to connect a telephone number is transfer, to wait for an agent is enqueue."},
		Bad: exampleStart + `流程 主流程 {
  转人工
}
流程 人工 {
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  转到 人工
}
流程 人工 {
  挂机
}
`,
	},
	{
		Code: "RX1027", Severity: Error,
		Message: Text{Zh: "文件到这里就完了，还缺{0}",
			En: "the file ends here, but {0} is missing"},
		Explain: Text{Zh: "文件结束时还有一句话没写完。",
			En: "A sentence was not finished when the file ended."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
名单`,
		Good: exampleStart + `名单 黑名单
流程 主流程 {
  如果 来电号码 属于 黑名单 { 挂机 }
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1028", Severity: Error,
		Message: Text{Zh: "这个“{”没有对应的“}”",
			En: "this { has no matching }"},
		Explain: Text{Zh: "每个左花括号都要有一个右花括号。缩进可以帮助找到漏写的地方：右括号和开头的那一行对齐。",
			En: "Every opening brace has a closing one. The indentation tells where it is missing: a closing brace stands below the line that opened it."},
		Bad: exampleStart + `流程 主流程 {
  如果 来电号码 不是手机 {
    播放 "您好。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  如果 来电号码 不是手机 {
    播放 "您好。"
  }
  挂机
}
`,
	},
	{
		Code: "RX1029", Severity: Error,
		Message: Text{Zh: "“{0}”请用数字写：{1}",
			En: "write {0} in figures: {1}"},
		Explain: Text{Zh: "数目用数字写，例如 100元、500万元。",
			En: "Quantities are written in figures: 100 yuan."},
		Bad: exampleStart + `流程 主流程 {
  停顿 三秒
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  停顿 3秒
  挂机
}
`,
	},
	{
		Code: "RX1030", Severity: Error,
		Message: Text{Zh: "这里少了“{”",
			En: "a { is missing here"},
		Explain: Text{Zh: "一组步骤写在花括号里。",
			En: "A group of steps stands in braces."},
		Bad: exampleStart + `流程 主流程
  播放 "您好。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1031", Severity: Error,
		Message: Text{Zh: "文字里多了一个“}”；要播放花括号本身请写 \\}",
			En: "there is a } without its { in these words; write \\} for a brace itself"},
		Explain: Text{Zh: "引号里的花括号要成对，中间写要播放的值。",
			En: "Braces in quotes come in pairs, with the value to be spoken between them."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好}。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1032", Severity: Error,
		Message: Text{Zh: "花括号里是空的，请写上要播放的值",
			En: "these braces are empty: write the value to be spoken"},
		Explain: Text{Zh: "引号里的 {…} 会换成它的值，例如 {今天}。",
			En: "In quotes {…} stands for a value, such as {today}."},
		Bad: exampleStart + `流程 主流程 {
  播放 "今天是{}。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "今天是{今天}。"
  挂机
}
`,
	},
	{
		Code: "RX1033", Severity: Error,
		Message: Text{Zh: "花括号里面不能再用引号，请先用“设”取个名",
			En: "no quotes within the braces: give the value a name with `let` first"},
		Explain: Text{Zh: "引号里的花括号只写名称和简单的算式。要用到文字时，先写 设 名称 = …，再在花括号里写这个名称。",
			En: "Braces in quotes hold names and simple expressions. Bind a value that needs words to a name first."},
		Bad: exampleStart + `流程 主流程 {
  播放 “今天是{“今天”}。”
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 “今天是{今天}。”
  挂机
}
`,
	},
	{
		Code: "RX1034", Severity: Error,
		Message: Text{Zh: "嵌套太深，超过了 {0} 层，请拆成几个流程",
			En: "nested more than {0} levels deep: split it into several flows"},
		Explain: Text{Zh: "括号和花括号最多套 200 层。真正的流程不过几层；太深时把里面的部分写成另一个流程，用“执行”或“转到”进入。",
			En: "Braces and parentheses nest at most 200 deep. Real flows need a few; make the inner part a flow of its own."},
		Bad: exampleStart + "流程 主流程 {\n" + strings.Repeat("如果 来电号码 是手机 {\n", 210) + strings.Repeat("}\n", 210) + "  挂机\n}\n",
		Good: exampleStart + `流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
}
