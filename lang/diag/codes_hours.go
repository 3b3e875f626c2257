package diag

import "strings"

// open is a program that asks for the hours 办公时间, which come after it.
func open(rest string) string {
	return withMain("如果 办公时间 开放 { 播放 \"开放。\" }\n挂机", rest)
}

// exampleCalendar holds the year 2026.
const exampleCalendar = "日历 中国 {\n  放假 \"国庆节\" 2026-10-01..2026-10-07 补班 2026-10-10\n  时期 征期 2026-10-01..2026-10-26\n}\n"

// otherCalendar is a second one, in use.
const otherCalendar = "日历 夜班 { 放假 \"国庆节\" 2026-10-01..2026-10-03 }\n作息 夜里 { 日历 夜班  每天 09:00-17:00 }\n接入号 \"12388\" 进入 夜间\n流程 夜间 { 如果 夜里 开放 { 播放 \"您好。\" } 挂机 }\n"

// hoursCodes are about opening hours and calendars.
var hoursCodes = []Entry{
	{
		Code: "RX5001", Severity: Error,
		Message: Text{Zh: "日历“{0}”里没有“{1}”这个时期{2}", En: "the calendar {0} has no period {1}{2}"},
		Explain: Text{Zh: "“仅限”后面写日历里的时期，或者直接写日期。", En: "during takes a period of the calendar, or dates."},
		Bad:     open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征收期\n}\n"),
		Good:    open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征期\n}\n"),
	},
	{
		Code: "RX5002", Severity: Error,
		Message: Text{Zh: "“{0}”是日历里的时期，作息“{1}”要先写“日历”", En: "{0} is a period of a calendar, so the hours {1} must name a calendar"},
		Explain: Text{Zh: "时期声明在日历里，作息要说明用哪个日历，例如 日历 中国。", En: "Periods stand in a calendar; say which one these hours use."},
		Bad:     open(exampleCalendar + "作息 办公时间 {\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征期\n}\n作息 另一个 { 日历 中国  工作日 09:00-17:00 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征期\n}\n"),
	},
	{
		Code: "RX5003", Severity: Error,
		Message: Text{Zh: "这一行和前面一行说的是同一天，例如 {0}", En: "this line and an earlier one cover the same day, such as {0}"},
		Explain: Text{Zh: "同一天写了两行作息，不知道听哪一行的。一天的几段时间写在一行里，用逗号分开；只在某段日期有效的用“仅限”。", En: "Two lines for one day contradict each other. Put the spans of a day on one line; for some dates only, use during."},
		Bad:     open("作息 办公时间 {\n  工作日 08:30-12:00\n  工作日 13:30-17:30\n}\n"),
		Good:    open("作息 办公时间 {\n  工作日 08:30-12:00, 13:30-17:30\n}\n"),
	},
	{
		Code: "RX5004", Severity: Error,
		Message: Text{Zh: "两行“仅限”在 {0} 这一天重叠了", En: "two lines with during overlap on {0}"},
		Explain: Text{Zh: "“仅限”的一行在那些日子代替平常的一行。两行“仅限”管同一天，就不知道听哪一行的。", En: "A line with during replaces the plain one on its dates. Two of them on one day contradict each other."},
		Bad:     open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征期\n  周六 09:00-11:00 仅限 2026-10-17..2026-10-24\n}\n"),
		Good:    open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 征期\n}\n"),
	},
	{
		Code: "RX5005", Severity: Error,
		Message: Text{Zh: "日期写反了，早的在前", En: "the dates are backwards: the earlier comes first"},
		Explain: Text{Zh: "例如 2026-10-01..2026-10-07，两天都算在内。", En: "Such as 2026-10-01..2026-10-07, both included."},
		Bad:     open("日历 中国 {\n  放假 \"国庆节\" 2026-10-01..2026-10-07\n  时期 征期 2026-10-26..2026-10-01\n}\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5006", Severity: Error,
		Message: Text{Zh: "日历“{0}”里没有 {1} 年的放假安排", En: "the calendar {0} does not hold the year {1}"},
		Explain: Text{Zh: "国务院办公厅一般在十一月公布下一年的放假安排。日历里没有这一年，热线在那一年只能当作休息，所以要提前一个月补上。", En: "The holidays of a year are published in November before. Without them the hotline would count that year as closed, so they must be here a month ahead."},
		Bad:     open("日历 中国 {\n  放假 \"国庆节\" 2025-10-01..2025-10-08\n}\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5007", Severity: Error,
		Message: Text{Zh: "作息“{0}”没有写什么时候开放", En: "the hours {0} never open"},
		Explain: Text{Zh: "至少写一行，例如 工作日 08:30-12:00, 13:30-17:30。", En: "Write at least one line, such as workdays 08:30-12:00, 13:30-17:30."},
		Bad:     open("作息 办公时间 { 时区 \"Asia/Shanghai\" }\n"),
		Good:    open("作息 办公时间 { 工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5008", Severity: Error,
		Message: Text{Zh: "{0} 这个特殊日写了两次", En: "the special day {0} stands twice"},
		Explain: Text{Zh: "一个日期只能有一行“特殊日”。", En: "A date has one line."},
		Bad:     open("作息 办公时间 {\n  工作日 08:30-17:30\n  特殊日 2026-12-31 休息\n  特殊日 2026-12-31 08:30-12:00\n}\n"),
		Good:    open("作息 办公时间 {\n  工作日 08:30-17:30\n  特殊日 2026-12-31 08:30-12:00\n}\n"),
	},
	{
		Code: "RX5009", Severity: Error,
		Message: Text{Zh: "这段时间和同一行的另一段重叠了", En: "this span overlaps another of the same line"},
		Explain: Text{Zh: "一天的几段时间不能重叠。过了半夜的一段属于它开始的那一天，不能伸进第二天的头一段。", En: "The spans of a day do not overlap. One that runs past midnight belongs to the day it starts on and may not reach the next day's first."},
		Bad:     open("作息 办公时间 { 工作日 08:30-12:00, 11:30-17:30 }\n"),
		Good:    open("作息 办公时间 { 工作日 08:30-12:00, 13:30-17:30 }\n"),
	},
	{
		Code: "RX5010", Severity: Error,
		Message: Text{Zh: "这段时间是空的，开始和结束一样", En: "this span is empty: it begins when it ends"},
		Explain: Text{Zh: "全天开放请写 00:00-24:00，全天不开放请写“休息”。", En: "For the whole day write 00:00-24:00, for no time closed."},
		Bad:     open("作息 办公时间 { 工作日 08:30-08:30 }\n"),
		Good:    open("作息 办公时间 { 工作日 00:00-24:00 }\n"),
	},
	{
		Code: "RX5011", Severity: Warning,
		Message: Text{Zh: "这一行永远不起作用，总有别的行先管了那些日子", En: "this line never takes effect: other lines decide all its days"},
		Explain: Text{Zh: "写明星期几的一行比“工作日”优先，“工作日”比“每天”优先，特殊日和放假又在它们之前。请删去这一行，或看看是不是写错了日子。", En: "A named day beats workdays, workdays beat daily, special days and holidays come before. Delete the line, or look for a mistake in its days."},
		Bad:     open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 2026-10-05..2026-10-06\n}\n"),
		Good:    open(exampleCalendar + "作息 办公时间 {\n  日历 中国\n  工作日 08:30-17:30\n  周六 09:00-12:00 仅限 2026-10-17..2026-10-18\n}\n"),
	},
	{
		Code: "RX5012", Severity: Error,
		Message: Text{Zh: "补班的 {0} 又在放假之中", En: "the make-up workday {0} is a holiday too"},
		Explain: Text{Zh: "补班的日子不能同时放假，请核对放假安排。", En: "A day is worked or off, not both: compare the official notice."},
		Bad:     open("日历 中国 { 放假 \"国庆节\" 2026-10-01..2026-10-07 补班 2026-10-04 }\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5013", Severity: Warning,
		Message: Text{Zh: "补班的 {0} 本来就是星期一到星期五", En: "the make-up workday {0} is a weekday anyway"},
		Explain: Text{Zh: "补班一般在周末，这里多半写错了日期。", En: "Make-up workdays lie on weekends, so this date is probably wrong."},
		Bad:     open("日历 中国 { 放假 \"国庆节\" 2026-10-01..2026-10-07 补班 2026-10-12 }\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5014", Severity: Error,
		Message: Text{Zh: "{0} 在两个假期里都有", En: "{0} is in two holidays"},
		Explain: Text{Zh: "一天只属于一个假期，请核对放假安排。", En: "A day belongs to one holiday: compare the official notice."},
		Bad:     open("日历 中国 {\n  放假 \"中秋节\" 2026-09-25..2026-10-01\n  放假 \"国庆节\" 2026-10-01..2026-10-07\n}\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open(exampleCalendar + "作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},
	{
		Code: "RX5015", Severity: Error,
		Message: Text{Zh: "时期“{0}”写了两次，请合成一行", En: "the period {0} stands twice: make it one line"},
		Explain: Text{Zh: "一个时期的各段日期写在一行里，用逗号分开。", En: "The ranges of a period stand on one line, with commas."},
		Bad:     open("日历 中国 {\n  放假 \"国庆节\" 2026-10-01..2026-10-07\n  时期 征期 2026-10-01..2026-10-26\n  时期 征期 2026-11-01..2026-11-16\n}\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
		Good:    open("日历 中国 {\n  放假 \"国庆节\" 2026-10-01..2026-10-07\n  时期 征期 2026-10-01..2026-10-26, 2026-11-01..2026-11-16\n}\n作息 办公时间 { 日历 中国  工作日 08:30-17:30 }\n"),
	},

	{
		Code: "RX5016", Severity: Error,
		Message: Text{Zh: "“{0}”要按工作日计算，程序里还没有日历", En: "{0} counts working days, and the program has no calendar"},
		Explain: Text{Zh: "截止日和工作日要避开放假、算上补班，所以要有日历，例如 日历 中国 { 放假 … }。",
			En: "Deadlines and working days pass over holidays and take in make-up days, so a calendar is needed: calendar china { holiday … }."},
		Bad:  inMain("播放 \"{申报.截止日(本月)}\"\n挂机"),
		Good: withMain("播放 \"{申报.截止日(本月)}\"\n挂机", exampleCalendar),
	},
	{
		Code: "RX5017", Severity: Error,
		Message: Text{Zh: "“{0}”按哪个日历算？请在“缺省”里写明，有：{1}", En: "by which calendar does {0} count? name it in defaults; there are: {1}"},
		Explain: Text{Zh: "程序里有几个日历时，“缺省”里的“日历”说明截止日和工作日按哪一个算。作息各自写明自己的日历。",
			En: "Where a program has several calendars, calendar in defaults says by which of them deadlines and working days count. Hours name their own."},
		Bad:  withMain("播放 \"{申报.截止日(本月)}\"\n挂机", exampleCalendar+otherCalendar),
		Good: strings.Replace(withMain("播放 \"{申报.截止日(本月)}\"\n挂机", exampleCalendar+otherCalendar), "时区", "日历 中国  时区", 1),
	}}
