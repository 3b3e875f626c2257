package diag

// fileCodes are about files that a program names, and about the deployment's values for its settings. What they find is not in
// the source, so most of them show no program.
var fileCodes = []Entry{
	{
		Code: "RX8001", Severity: Error,
		Message: Text{Zh: "没有找到文件“{0}”", En: "there is no file {0}"},
		Explain: Text{Zh: "文件名从程序的根目录算起，用“/”分开文件夹，大小写要一致。", En: "A file's name starts from the program's root, with / between folders, in the same case."},
		Bad:     withMain("设 厅 = 办税厅[\"01\"] 否则 挂机\n播放 \"{厅.名称}\"\n挂机", "表格 办税厅 取自 \"没有这个文件.csv\" { 代码: 数字, 名称: 文本 }\n"),
		Good:    inMain("播放 \"您好。\"\n挂机"),
	},
	{
		Code: "RX8002", Severity: Error,
		Message: Text{Zh: "表格文件“{0}”{1}：{2}", En: "the table file {0} {1}: {2}"},
		Explain: Text{Zh: "表格文件可以是 .csv 或 .xlsx，第一行是列名，下面每行一条。请在表格软件里改好再保存。", En: "A table is a .csv or .xlsx file with column names in its first row. Mend it in the spreadsheet and save it."},
	},
	{
		Code: "RX8003", Severity: Error,
		Message: Text{Zh: "日历文件“{0}”读不出：{1}", En: "the calendar file {0} cannot be read: {1}"},
		Explain: Text{Zh: "日历文件里写的就是“日历”花括号里的内容：一行一个“放假”或“时期”。", En: "A calendar file holds what else stands in the braces of calendar: a holiday or period on each line."},
	},
	{
		Code: "RX8004", Severity: Error,
		Message: Text{Zh: "表格文件“{0}”里没有“{1}”这一列{2}", En: "the table file {0} has no column {1}{2}"},
		Explain: Text{Zh: "声明的列名要和文件第一行的列名一字不差。文件里可以有更多的列。", En: "Declared columns have the names of the file's first row. The file may have more."},
	},
	{
		Code: "RX8005", Severity: Error,
		Message: Text{Zh: "表格文件“{0}”的 {1} 格“{2}”不是{3}：{4}", En: "cell {1} of the table file {0}, {2}, is not of type {3}: {4}"},
		Explain: Text{Zh: "每一格都要符合它那一列的类型。电话、税号、代码这样的列请在表格软件里设为文本格式，免得丢掉前面的0。", En: "Each cell must be of its column's type. Format columns of phones and codes as text, so that zeros in front are kept."},
	},
	{
		Code: "RX8006", Severity: Error,
		Message: Text{Zh: "部署时给参数“{0}”的值“{1}”不是{2}", En: "the deployment's value {1} for the setting {0} is not of type {2}"},
		Explain: Text{Zh: "部署可以改变参数的值，但要符合它声明的类型。", En: "A deployment may change a setting's value, within its declared type."},
	},
	{
		Code: "RX8007", Severity: Error,
		Message: Text{Zh: "表格文件“{0}”的 {1} 格：“{2}”在 {3} 格已经有了", En: "cell {1} of the table file {0}: {2} stands in {3} already"},
		Explain: Text{Zh: "表格按第一列查，第一列不能重复。", En: "A table is looked up by its first column, which may not repeat."},
	},
	{
		Code: "RX8008", Severity: Error,
		Message: Text{Zh: "文件“{0}”是 {1} 编码，请另存为 UTF-8", En: "the file {0} is in {1}: save it as UTF-8"},
		Explain: Text{Zh: "流程文件一律用 UTF-8 编码。rexian fix 可以替您转换。", En: "Flow files are UTF-8. `rexian fix` converts them."},
	},
	{
		Code: "RX8009", Severity: Error,
		Message: Text{Zh: "读不了文件“{0}”：{1}", En: "the file {0} cannot be read: {1}"},
		Explain: Text{Zh: "看看文件的权限，是不是被别的程序占用。", En: "Look at the file's permissions, and whether another program holds it."},
	},
	{
		Code: "RX8010", Severity: Error,
		Message: Text{Zh: "“{0}”里没有 .flow 文件，请写明流程所在的文件夹", En: "there is no .flow file in {0}: name the folder that holds the flows"},
		Explain: Text{Zh: "一个程序是一个文件夹和它下面所有的 .flow 文件，以点开头的文件夹除外。看看是不是进错了文件夹，或者文件名少了 .flow。",
			En: "A program is a folder with all .flow files below it, hidden folders left out. Is it the right folder, and do the names end in .flow?"},
	},
	{
		Code: "RX8011", Severity: Error,
		Message: Text{Zh: "“{0}”不是编译好的程序，请用 rexian build 生成", En: "{0} is not a compiled program: make one with rexian build"},
		Explain: Text{Zh: "编译好的程序由 rexian build 生成，文件名以 .rxb 结尾。源文件请直接给出所在的文件夹。",
			En: "Compiled programs are made by rexian build and end in .rxb. For sources name their folder."},
	},
	{
		Code: "RX8012", Severity: Error,
		Message: Text{Zh: "“{0}”是另一个版本的编译器生成的，请用本机的 rexian build 重新生成", En: "{0} was made by another version of the compiler: build it again with this one"},
		Explain: Text{Zh: "编译格式随版本变化，新旧不能混用。用源文件重新生成即可，内容不会变。",
			En: "The format changes between versions. Build again from the sources; what the program does stays the same."},
	},
	{
		Code: "RX8013", Severity: Error,
		Message: Text{Zh: "“{0}”已经损坏，请重新生成或重新复制", En: "{0} is damaged: build it or copy it again"},
		Explain: Text{Zh: "文件里带有校验值，与内容对不上。可能是复制时中断了，或者被改动过。损坏的程序不会投入使用。",
			En: "The file holds a check value that does not fit its content: a copy broke off, or somebody changed it. A damaged program is never put to use."},
	},
	{
		Code: "RX8014", Severity: Error,
		Message: Text{Zh: "没有找到录音“{0}”{1}", En: "there is no recording {0}{1}"},
		Explain: Text{Zh: "录音的文件名从程序的根目录算起，用“/”分开文件夹，大小写要一致。",
			En: "A recording's name starts from the program's root, with / between folders, in the same case."},
		Bad:  withMain("播放 欢迎\n挂机", "提示语 欢迎 { 音频 \"没有这个文件.wav\" 中文 \"您好。\" }\n"),
		Good: withMain("播放 欢迎\n挂机", "提示语 欢迎 { 中文 \"您好。\" }\n"),
	},
	{
		Code: "RX8015", Severity: Error,
		Message: Text{Zh: "这一行看不懂，参数值请写成：名称 = 值", En: "this line is not understood: write NAME = VALUE"},
		Explain: Text{Zh: "参数文件一行一个参数：名称、等号、值。值的写法和流程里一样，如 5秒、200元、\"文字\"。以 # 或 // 开头的行是说明。",
			En: "A settings file has one setting a line: its name, an equals sign, the value as a flow writes it, such as 5s, 200 yuan or \"text\". Lines that begin with # or // are comments."},
	},
	{
		Code: "RX8016", Severity: Error,
		Message: Text{Zh: "参数“{0}”给了两次值", En: "the setting {0} is given twice"},
		Explain: Text{Zh: "一个参数文件里，一个参数只能有一个值。命令行里的 --set 可以盖过文件里的值。",
			En: "A settings file gives a setting one value. --set on the command line takes precedence over the file."},
	},
	{
		Code: "RX8017", Severity: Error,
		Message: Text{Zh: "程序里没有叫“{0}”的参数{1}", En: "the program has no setting {0}{1}"},
		Explain: Text{Zh: "部署只能改流程里用“参数”声明过的值。看看名称是不是写错了。",
			En: "A deployment may only change what the flows declare with setting. Is the name spelt right?"},
	},
	{
		Code: "RX8018", Severity: Error,
		Message: Text{Zh: "流程“{0}”太大，机器放不下：{1}，请从这里分成几个流程", En: "the flow {0} is too large for the machine: {1}; from here on make it another flow"},
		Explain: Text{Zh: "一个流程里最多同时有250个值。写到这么长的流程人也看不懂，请把一部分放进另一个流程，用“执行”或“转到”进入。",
			En: "A flow holds at most 250 values at a time. One so long is hard to read, too: put a part of it into another flow and enter that with do or goto."},
	},
	{
		Code: "RX8019", Severity: Error,
		Message: Text{Zh: "查询文件有误：{0}", En: "the query file is wrong: {0}"},
		Explain: Text{Zh: "“查询”文件夹里的 .sql 文件各是一个库函数。文件开头的注释写明函数名、参数、结果、结局和说明，后面是一条只读的语句，参数按名称写成“:税号”。" +
			"不对：\n\n  -- 函数: 外部.余额 | bureau.balance\n  -- 参数: 税号 | id: 税号\n  -- 结果: 金钱\n  -- 说明: 按税号查余额。\n  SELECT balance FROM accounts WHERE tax_id = ?\n\n" +
			"“金钱”不是类型，要写“金额”；问号要写成“:税号”。新文件可以用 rexian library new 生成。",
			En: "Each .sql file in the folder 查询 or library is a function of the library. The comments at its head give the function's names, parameters, result, outcomes and documentation; " +
				"one statement that only reads follows, with its parameters by name, such as :id. Wrong:\n\n  -- function: 外部.余额 | bureau.balance\n  -- parameter: 税号 | id: taxpayer_id\n  -- result: cash\n" +
				"  -- doc: 按税号查余额。 | The balance.\n  SELECT balance FROM accounts WHERE tax_id = ?\n\nThere is no type cash: write money; and the question mark is :id. rexian library new makes a file to begin with."},
	},
	{
		Code: "RX8020", Severity: Error,
		Message: Text{Zh: "数据库不接受这个查询文件，{0}", En: "the database does not take the query file; {0}"},
		Explain: Text{Zh: "rexian check --db 让 SQLite 和 PostgreSQL 各自准备每个 .sql 文件的语句，不执行。表名、列名要在库里有，写法要两种数据库都认识，语句的列要和结果的字段对上。读业务库的文件用 --bureau 核对。",
			En: "rexian check --db lets SQLite and PostgreSQL each prepare the statement of every .sql file, without running it. Its tables and columns must be there, its words known to both engines, and its columns those of the result. " +
				"Files that read the bureau's own database are checked with --bureau."},
	},
}
