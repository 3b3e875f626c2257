package main

import "rexian/lang/diag"

// officeHelps are the help texts of the commands of the office: recordings, mailboxes, closures, users.
var officeHelps = map[string]diag.Text{
	"recording": {Zh: "运行中的服务的录音：查找、播放、导出、保全、删除、核对",
		En: "recordings of a running server: find, play, take along, hold, delete, check"},
	"recording_list": {Zh: "查找录音，最近的在前", En: "find recordings, the latest first"},
	"recording_show": {Zh: "一条录音：通话、座席、谁听过", En: "one recording: its call, its agents, who has listened"},
	"recording_play": {Zh: "取出一条录音来听；先记下谁听",
		En: "fetch a recording to listen to; who listens is written down first"},
	"recording_export": {Zh: "把查到的录音存成一个 ZIP，附目录 index.csv",
		En: "save what a search finds as a ZIP with an index.csv"},
	"recording_hold":   {Zh: "保全：在解除以前不许删除", En: "hold a recording: it may not be deleted until it is released"},
	"recording_delete": {Zh: "删除文件；谁删、为什么、谁听过都留下", En: "delete the file; who did, why and who has listened is kept"},
	"recording_check": {Zh: "核对目录和磁盘，两个方向都查；不一致时退出码为 1",
		En: "compare the index with the disk, both ways; exit status 1 if they differ"},
	"recording_id":      {Zh: "录音的编号，如列表所示", En: "the recording's id, as the list shows it"},
	"recording_from":    {Zh: "从这个时刻或这天起，如 2026-11-30", En: "from this moment or day on, such as 2026-11-30"},
	"recording_to":      {Zh: "到这个时刻为止（不含）；写日期时含那一天", En: "before this moment; of a date, with that day"},
	"recording_agent":   {Zh: "这个座席接过的", En: "of calls that this agent had a part in"},
	"recording_number":  {Zh: "对方的号码", En: "the other party's number"},
	"recording_queue":   {Zh: "排过这个队列的", En: "of calls that waited in this queue"},
	"recording_ticket":  {Zh: "绑定到这张工单的", En: "bound to this ticket"},
	"recording_call":    {Zh: "这通电话的", En: "of this call"},
	"recording_kind":    {Zh: "call 通话、step 流程里录的、voicemail 留言", En: "call, step (in a flow) or voicemail"},
	"recording_rating":  {Zh: "评价：rated、no_input、hung_up、not_invited", En: "rated, no_input, hung_up or not_invited"},
	"recording_score":   {Zh: "评价的分数", En: "the score of the rating"},
	"recording_longer":  {Zh: "至少这么长，如 90s", En: "at least this long, such as 90s"},
	"recording_shorter": {Zh: "短于这么长", En: "shorter than this"},
	"recording_deleted": {Zh: "列出已删除的", En: "those that are deleted"},
	"recording_most":    {Zh: "最多多少条，1 到 10000", En: "how many at most, 1 to 10,000"},
	"recording_file":    {Zh: "存到这个文件；不写时输出到标准输出", En: "the file to save it to; standard output unless given"},
	"recording_zip":     {Zh: "存到这个 ZIP 文件", En: "the ZIP to save to"},
	"recording_off":     {Zh: "解除保全", En: "release it"},
	"recording_reason":  {Zh: "为什么；写进记录", En: "why; it is written down"},
}
