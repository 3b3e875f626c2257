package diag

import "slices"

// exampleStart begins the example programs of the syntax codes: what every program needs.
const exampleStart = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 {
  时区 "Asia/Shanghai"
  当 不可用 挂机
  当 出错 { 播放 "对不起，系统繁忙。" 挂机 }
}
`

// syntaxCodes are the findings of reading a file: of its characters, and of its grammar.
var syntaxCodes = slices.Concat(textCodes, grammarCodes, orderCodes)

// textCodes are found while the text is cut into words (package token) and in strings.
var textCodes = []Entry{
	{
		Code: "RX1001", Severity: Error,
		Message: Text{Zh: "这里有不是 UTF-8 的字节，请把文件另存为 UTF-8 编码",
			En: "these bytes are not UTF-8: save the file in UTF-8"},
		Explain: Text{Zh: "流程文件一律用 UTF-8 编码。文件在别的编码下保存过，或者在传输中损坏，就会出现读不出的字节。\n\n用编辑器打开文件，选“另存为”，编码选 UTF-8。",
			En: "Flow files are UTF-8. Bytes that are not were saved in another encoding, or damaged on the way.\n\nOpen the file in an editor and save it again with the encoding UTF-8."},
		Bad: exampleStart + "// 旧编码的注释 \xff\n流程 主流程 {\n  播放 \"您好。\"\n  挂机\n}\n",
		Good: exampleStart + `// 注释
流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1002", Severity: Error,
		Message: Text{Zh: "这里有看不见的控制字符，请删去",
			En: "there is an invisible control character here: delete it"},
		Explain: Text{Zh: "除了换行和制表符，文件里不应有控制字符。它们多半是从别的程序复制文字时带进来的，看不见，却会让词对不上。",
			En: "Apart from line ends and tabs a file holds no control characters. They come along when text is copied from other programs, cannot be seen, and keep words from matching."},
		Bad: exampleStart + "// 注释\x01\n流程 主流程 {\n  播放 \"您好。\"\n  挂机\n}\n",
		Good: exampleStart + `// 注释
流程 主流程 {
  播放 "您好。"
  挂机
}
`,
	},
	{
		Code: "RX1003", Severity: Error,
		Message: Text{Zh: "不认识符号“{0}”",
			En: "the character {0} has no meaning here"},
		Explain: Text{Zh: "引号以外只能写词、数字和少数几种符号。要让来电人听到这个符号，请把它写在引号里。",
			En: "Outside quotes only words, figures and a few signs have a meaning. If callers should hear it, put it in quotes."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。" @
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
		Code: "RX1004", Severity: Error,
		Message: Text{Zh: "文件有 {0} MB，超过了 {1} MB，请分成几个文件",
			En: "the file has {0} MB, more than {1} MB: split it into several"},
		Explain: Text{Zh: "一个流程文件最多 4 MB。两万行的热线还不到 1 MB；再大的多半是选错了文件。同一目录下的所有 .flow 文件本来就是一个程序，怎么分都行。",
			En: "A flow file has at most 4 MB. A hotline of 20,000 lines has less than one; a larger file is probably not a flow. All .flow files under one root are one program, however they are divided."},
	},
	{
		Code: "RX1005", Severity: Error,
		Message: Text{Zh: "这个引号没有配对，请在这一行末尾补上 {0}",
			En: "this quote is never closed: put {0} at the end of the words"},
		Explain: Text{Zh: "一段文字从引号开始，到同一行的配对引号为止。文字太长时，可以写成两段，一行一段，前后都加引号，它们会连起来。",
			En: "Words begin with a quote and end with its partner on the same line. Long words may be written as two strings, one a line: adjacent strings join."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好。
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
		Code: "RX1006", Severity: Error,
		Message: Text{Zh: "引号不成对：这里的 {0} 应为 {1}",
			En: "the quotes do not match: {0} should be {1} here"},
		Explain: Text{Zh: "用什么引号开头，就用同一种引号结尾：\"…\"、“…”、「…」、『…』。别的引号在里面只是文字。输入法常把前后引号打成不同的样子。",
			En: "Words end with the partner of the quote they begin with: \"…\", “…”, 「…」, 『…』. Other quotes within them are text."},
		Bad: exampleStart + `流程 主流程 {
  播放 “您好。"
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 “您好。”
  挂机
}
`,
	},
	{
		Code: "RX1007", Severity: Error,
		Message: Text{Zh: "请用双引号，不用单引号",
			En: "use double quotes, not single ones"},
		Explain: Text{Zh: "文字写在双引号里。单引号在英文里也是撇号，所以不作引号用。",
			En: "Words stand in double quotes. A single quote is an apostrophe as well, so it opens nothing."},
		Bad: exampleStart + `流程 主流程 {
  播放 '您好。'
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
		Code: "RX1008", Severity: Error,
		Message: Text{Zh: "不认识 {0}，反斜杠后面只能是引号、反斜杠、花括号或 n",
			En: "{0} means nothing: after a backslash only a quote, a backslash, a brace or n may stand"},
		Explain: Text{Zh: "反斜杠让后面的符号成为文字：\\\" 是引号，\\\\ 是反斜杠，\\{ 是花括号，\\n 是换行。别的写法没有意义。",
			En: "A backslash makes the next sign text: \\\" a quote, \\\\ a backslash, \\{ a brace; \\n is a new line. Nothing else is known."},
		Bad: exampleStart + `流程 主流程 {
  播放 "您好\x。"
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
		Code: "RX1009", Severity: Error,
		Message: Text{Zh: "文字里的花括号没有配对；要播放花括号本身请写 \\{",
			En: "the brace in these words has no partner; write \\{ for a brace itself"},
		Explain: Text{Zh: "引号里的 {…} 会换成它的值，例如 {今天}。左括号后面一定要有右括号，里面不能再有花括号。",
			En: "In quotes {…} stands for a value, such as {today}. Each has its closing brace, and none stands within another."},
		Bad: exampleStart + `流程 主流程 {
  播放 "今天是{今天。"
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
		Code: "RX1010", Severity: Error,
		Message: Text{Zh: "没有 {0} 这一天或这个月",
			En: "there is no such date or month: {0}"},
		Explain: Text{Zh: "月份是 01 到 12，日期要是这个月里有的。请对照日历改正。",
			En: "Months run from 01 to 12, and the day must exist in its month."},
		Bad: exampleStart + `流程 主流程 {
  如果 今天 晚于 2026-02-30 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  如果 今天 晚于 2026-02-28 { 播放 "您好。" }
  挂机
}
`,
	},
	{
		Code: "RX1011", Severity: Error,
		Message: Text{Zh: "{0} 请写成 {1}",
			En: "write {1} instead of {0}"},
		Explain: Text{Zh: "日期写成 2026-10-01 或 2026年10月1日，月份写成 2026-08 或 2026年8月：月和日各两位数。这样排列整齐，也不会和减号、除号混淆。",
			En: "Dates are written 2026-10-01 and months 2026-08, month and day with two digits."},
		Bad: exampleStart + `流程 主流程 {
  播放 "已收到。"
  如果 今天 晚于 2026-1-5 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  播放 "已收到。"
  如果 今天 晚于 2026-01-05 { 播放 "您好。" }
  挂机
}
`,
	},
	{
		Code: "RX1012", Severity: Error,
		Message: Text{Zh: "“{0}”请写成 {1}",
			En: "write {1} for {0}"},
		Explain: Text{Zh: "时间用二十四小时制，写成 14:30，也可以写 14点30分。上午、下午不用写。",
			En: "Times are written on a clock of twenty-four hours: 14:30."},
		Bad: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 每天 8:30-下午5点半 }
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
		Code: "RX1013", Severity: Error,
		Message: Text{Zh: "{0} 太长：小数点前最多 12 位，后面最多 6 位",
			En: "{0} is too long: at most 12 digits before the point and 6 after"},
		Explain: Text{Zh: "数字精确到小数点后 6 位，小数点前最多 12 位。证件号、电话号码不是数目，要写在引号里。",
			En: "Numbers are exact to six digits after the point, with at most twelve before it. Identity and telephone numbers are no quantities: put them in quotes."},
		Bad: exampleStart + `流程 主流程 {
  停顿 1.12345678秒
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  停顿 1.5秒
  挂机
}
`,
	},
	{
		Code: "RX1014", Severity: Error,
		Message: Text{Zh: "“{0}分”是分钟还是钱？分钟请写 {0}分钟，钱请写成元",
			En: "is {0}分 minutes or fen? Write {0}分钟, or the amount in yuan"},
		Explain: Text{Zh: "“分”可以是分钟，也可以是钱，所以单写“分”不行。时间写“5分钟”，金额写成元，例如 0.05元。",
			En: "分 is both a minute and a fen, so alone it is refused. Write 5分钟 for minutes and 0.05元 for an amount."},
		Bad: exampleStart + `流程 主流程 {
  停顿 1分
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  停顿 1分钟
  挂机
}
`,
	},
	{
		Code: "RX1015", Severity: Error,
		Message: Text{Zh: "数字 {1} 后面的“{0}”不是单位",
			En: "{0} after {1} is not a unit"},
		Explain: Text{Zh: "数字后面可以写的单位有：秒、分钟、小时、天、个工作日、个月、元、万元、亿元、次按键、层、项，以及量词 次、位、笔、条、路、通、人、份。名称不能以数字开头。",
			En: "After a number may stand s, m, h, d, workdays, months, yuan, wan yuan, yi yuan, keys, levels, items. Names do not begin with a digit."},
		Bad: exampleStart + `流程 主流程 {
  停顿 1甲
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  停顿 1秒
  挂机
}
`,
	},
	{
		Code: "RX1016", Severity: Error,
		Message: Text{Zh: "“{0}”请写成“{1}”",
			En: "write {1} for {0}"},
		Explain: Text{Zh: "单位只有规定的几种写法，这样任何人读起来都一样。",
			En: "Each unit has one spelling, so that everyone reads the same."},
		Bad: exampleStart + `流程 主流程 {
  停顿 1sec
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  停顿 1秒
  挂机
}
`,
	},
	{
		Code: "RX1017", Severity: Error,
		Message: Text{Zh: "没有 {0} 这个时间，一天从 00:00 到 24:00",
			En: "there is no such time: {0}; a day runs from 00:00 to 24:00"},
		Explain: Text{Zh: "时间从 00:00 到 24:00，分钟从 00 到 59。",
			En: "Times run from 00:00 to 24:00, minutes from 00 to 59."},
		Bad: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 每天 8:30-25:00 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `作息 办公 { 时区 "Asia/Shanghai" 每天 8:30-24:00 }
流程 主流程 {
  如果 办公 开放 { 播放 "您好。" }
  挂机
}
`,
	},
	{
		Code: "RX1018", Severity: Error,
		Message: Text{Zh: "“{0}”请写明年份，例如 2026-10-01",
			En: "say which year: {0} has none; write it like 2026-10-01"},
		Explain: Text{Zh: "日期要写明年份。流程会用好几年，不写年份就不知道是哪一年的节日；日历每年更新一次。",
			En: "A date has its year. A flow lives for years, and without the year nobody knows which holiday is meant."},
		Bad: exampleStart + `流程 主流程 {
  如果 今天 晚于 10月1日 { 播放 "您好。" }
  挂机
}
`,
		Good: exampleStart + `流程 主流程 {
  如果 今天 晚于 2026年10月1日 { 播放 "您好。" }
  挂机
}
`,
	},
}
