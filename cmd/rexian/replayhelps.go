package main

import "rexian/lang/diag"

// replayHelps are the help texts of the commands that run kept calls again, or ask kept versions.
var replayHelps = map[string]diag.Text{
	"replay":      {Zh: "把一天里接过的电话在这个或另一个版本上再走一遍", En: "run the calls of a day again, on this or another version"},
	"replay_list": {Zh: "列出哪些天有通话；加 --day 列出那天的通话", En: "list the days there are calls of; with --day, its calls"},
	"replay_day":  {Zh: "哪一天，按热线的时区；缺省是昨天", En: "which day, in the hotline's zone; yesterday unless given"},
	"replay_on": {Zh: "在哪个版本上走：文件夹、.flow、.rxb、git:版本:文件夹，或保存过的版本号；缺省是当时的版本",
		En: "the version to run on: a folder, a .flow, a .rxb, git:REVISION:FOLDER, or the hash of one that is kept; their own unless given"},
	"replay_choose": {Zh: "只用挑出来的几通：那天的电话走过的每一步，其中都有一通走过",
		En: "only a chosen few: each edge that the day's calls crossed is crossed by one of them"},
	"replay_verbose": {Zh: "没有通过的电话也列出来", En: "show the calls that do not pass too"},
	"replay_tests": {Zh: "和 --choose、--on 一起：把挑出来的电话写成测试，到这个文件；- 是屏幕。每个都先在这些流程上试打",
		En: "with --choose and --on: write the chosen calls as tests to this file, - for the screen; each is played on the flows first"},
	"graph_traffic": {Zh: "服务的数据文件夹：画出昨天的电话走到哪里，各多少通，多少人在那里挂机",
		En: "the data folder of a server: draw where yesterday's calls go, how many, and how many callers hang up there"},
	"graph_day": {Zh: "和 --traffic 一起：哪一天，按热线的时区", En: "with --traffic: which day, in the hotline's zone"},
	"diff_traffic": {Zh: "服务的数据文件夹：每处不同说出昨天有多少人走到那里",
		En: "the data folder of a server: tell of each difference how many callers came there yesterday"},
	"blame":           {Zh: "从哪个版本起会这样：到人工超过多久，或不合一条规则", En: "tell since which version a rule does not hold, or a person is so far"},
	"blame_git":       {Zh: "查这个文件夹在 git 里的历史，不查发布过的版本", En: "ask the history of this folder in git, not the versions that were deployed"},
	"blame_all":       {Zh: "每个版本都查，逐个列出", En: "ask every version, and list them"},
	"blame_rule":      {Zh: "“到人工 > 90秒”，或一条规则里应当成立的话", En: "\"to a person > 90s\", or what should hold, as a rule says it"},
	"deploy_yes":      {Zh: "不问，直接发布", En: "deploy without asking"},
	"replay_markdown": {Zh: "写成 Markdown，给合并请求", En: "write Markdown, for a merge request"},
	"replay_data":     {Zh: "服务的数据文件夹", En: "the data folder of the server"},
}
