package main

import "rexian/lang/diag"

// campaignHelps are the help texts of the commands about campaigns and surveys.
var campaignHelps = map[string]diag.Text{
	"campaign": {Zh: "运行中的服务的外呼任务：预检、启动、暂停、进度、结果、模拟",
		En: "campaigns of a running server: preflight, start, pause, progress, results; and simulation"},
	"campaign_list": {Zh: "列出流程里的外呼任务和它们的状态", En: "list the campaigns of the flows and how they stand"},
	"campaign_preflight": {Zh: "启动前看一看：拨多少个，哪些不拨、为什么，何时拨完；不拨打",
		En: "before the start: how many are called, who is not and why, when it will end; nobody is called"},
	"campaign_start":  {Zh: "按现在的名单启动", En: "start it on the list as it is now"},
	"campaign_pause":  {Zh: "暂停：不再拨出，正在通话的继续", En: "let no more calls begin; those that are on go on"},
	"campaign_resume": {Zh: "暂停或自动停下后继续", En: "go on after a pause, or after it halted by itself"},
	"campaign_stop":   {Zh: "终止，不能再继续", En: "end it for good"},
	"campaign_status": {Zh: "进度、结果分类、预计完成时间", En: "progress, outcomes, and when it is likely done"},
	"campaign_results": {Zh: "每一通的结果，CSV 或 XLSX，号码隐去中间",
		En: "the outcome of each call as CSV or XLSX, numbers masked"},
	"campaign_simulate": {Zh: "不拨打，按给定的接通率在虚拟时间里演一遍",
		En: "play it in virtual time with given rates of answers; nobody is called"},
	"campaign_name": {Zh: "外呼任务的名称", En: "the campaign's name"},
	"campaign_seed": {Zh: "抽样的种子；同样的名单和种子抽到同样的人",
		En: "the seed of the sample: the same list and seed draw the same"},
	"campaign_priority": {Zh: "线路不够时，数大的任务先拨", En: "where the lines do not suffice, the greater first"},
	"campaign_watch":    {Zh: "一直看着，到完成为止", En: "keep watching until it is done"},
	"campaign_output": {Zh: "写到这个文件，.csv 或 .xlsx；不写则输出 CSV",
		En: "write to this file, .csv or .xlsx; a CSV is printed without it"},
	"campaign_targets": {Zh: "多少个对象", En: "how many targets"},
	"campaign_from": {Zh: "从什么时候起，如 2026-12-01T09:00；缺省现在",
		En: "from when on, such as 2026-12-01T09:00; now unless given"},
	"campaign_rate": {Zh: "一种结果占的份数，如 接通=40；可以重复",
		En: "the share of an outcome, such as answered=40; may be repeated"},
	"campaign_lines": {Zh: "一共多少路，0 不限", En: "how many lines there are in all, 0: no limit"},
	"campaign_stretch": {Zh: "通话长度，100 是通常（振铃 18 秒、通话 50 秒）",
		En: "how long calls last: 100 is usual, 18 s of ringing and 50 s of talk"},
}
