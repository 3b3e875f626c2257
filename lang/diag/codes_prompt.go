package diag

import "strings"

// bilingual is inMain with English beside Chinese, and no language standing in for another unless fallback does.
func bilingual(steps string) string {
	return strings.Replace(inMain(steps), "语种 中文 缺则 中文", "语种 中文, 英文 缺则 中文", 1)
}

// promptCodes are about the languages that words exist in.
var promptCodes = []Entry{
	{
		Code: "RX4101", Severity: Error,
		Message: Text{Zh: "这里缺少{0}的文字，别的语种没有时要用它代替", En: "the {0} words are missing here, which stand in for other languages"},
		Explain: Text{Zh: "“缺则”后面的语种是后备：一句话没有来电人的语种时就用它。所以每句话至少要有这个语种。", En: "The language after fallback stands in wherever another is missing, so every text must have it."},
		Bad:     bilingual("播放 英文 \"Hello.\"\n挂机"),
		Good:    bilingual("播放 中文 \"您好。\" 英文 \"Hello.\"\n挂机"),
	},
	{
		Code: "RX4102", Severity: Error,
		Message: Text{Zh: "“各语言”要逐种播放，这里缺少{0}的文字", En: "in each language plays them all, but the {0} words are missing"},
		Explain: Text{Zh: "“各语言”用在还不知道来电人说什么话的时候，所以每种语言都要有，不能用后备的语种代替。", En: "in each language is for callers whose language is not known yet, so no language may stand in for another."},
		Bad:     bilingual("播放 中文 \"您好。\" 各语言\n挂机"),
		Good:    bilingual("播放 中文 \"您好。\" 英文 \"Hello.\" 各语言\n挂机"),
	},
	{
		Code: "RX4103", Severity: Error,
		Message: Text{Zh: "程序的“语种”里没有{0}", En: "{0} is not among the program's languages"},
		Explain: Text{Zh: "用到的语种要先在“语种”里声明，例如 语种 中文, 英文 缺则 中文。", En: "Declare a language before using it: languages zh, en fallback zh."},
		Bad:     inMain("播放 中文 \"您好。\" 英文 \"Hello.\"\n挂机"),
		Good:    bilingual("播放 中文 \"您好。\" 英文 \"Hello.\"\n挂机"),
	},
	{
		Code: "RX4104", Severity: Error,
		Message: Text{Zh: "{0}的内容写了两次", En: "the {0} words are given twice"},
		Explain: Text{Zh: "一种语言只能有一段文字和一个录音。太长的话可以分成几段相邻的引号，它们会连成一句。", En: "A language has one text and one recording. Long words may be split into strings side by side, which are joined."},
		Bad:     inMain("播放 中文 \"您好。\" 中文 \"欢迎。\"\n挂机"),
		Good:    inMain("播放 中文 \"您好。\"\n  \"欢迎。\"\n挂机"),
	},
	{
		Code: "RX4105", Severity: Error,
		Message: Text{Zh: "“{0}”没有内容，请写上文字或录音", En: "{0} has no words and no recording"},
		Explain: Text{Zh: "提示语和模板至少要有一种语言的文字；提示语也可以只有录音。", En: "A prompt or template has words in at least one language; a prompt may have a recording only."},
		Bad:     withMain("播放 欢迎\n挂机", "提示语 欢迎 { }\n"),
		Good:    withMain("播放 欢迎\n挂机", "提示语 欢迎 { 中文 \"您好。\" }\n"),
	},
	{
		Code: "RX4106", Severity: Warning,
		Message: Text{Zh: "这里没有{0}的文字，会改播{1}", En: "there are no {0} words here: callers of that language hear {1}"},
		Explain: Text{Zh: "程序用几种语种，一句话就最好有几种文字。缺的用“缺则”后面的语种代替，来电人可能听不懂。",
			En: "A program in several languages had best say everything in each. Where words are missing those of the fallback are spoken, which the caller may not understand."},
		Bad:  silentDefaults(bilingual("播放 中文 \"您好。\"\n挂机")),
		Good: silentDefaults(bilingual("播放 中文 \"您好。\" 英文 \"Hello.\"\n挂机")),
	},
}

// silentDefaults takes the words of defaults out of an example.
func silentDefaults(program string) string {
	return strings.Replace(program, "{ 播放 \"对不起，系统繁忙。\" 挂机 }", "挂机", 1)
}
