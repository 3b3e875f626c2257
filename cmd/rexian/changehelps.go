package main

import "rexian/lang/diag"

// changeHelps are the help texts of the commands that tell what a change means.
var changeHelps = map[string]diag.Text{
	"diff_meaning": {Zh: "两个版本对来电人有什么不同", En: "tell what changes for callers between two versions"},
	"diff_old": {Zh: "原来的：文件夹、.flow、.rxb，或 git:版本:文件夹",
		En: "the old one: a folder, a .flow, a .rxb, or git:REVISION:FOLDER"},
	"diff_new": {Zh: "现在的，写法相同；缺省是当前文件夹", En: "the new one, likewise; this folder unless given"},
	"diff_format": {Zh: "text、markdown（合并请求的说明）或 json",
		En: "text, markdown (for a merge request) or json"},
	"diff_tests": {Zh: "每处不同附上最短的一通电话，写成测试", En: "with the shortest call that shows each difference, as a test"},
	"diff_most":  {Zh: "通话里最多找几处；0 是全部", En: "how many to look for within calls; 0: all"},
	"mutate": {Zh: "逐个做出人会犯的小错，看测试发现不发现",
		En: "make the slips that people make, one at a time, and tell which no test notices"},
	"mutate_changed": {Zh: "只试与这个版本相比改过的行", En: "only slips in lines that changed since this revision"},
	"mutate_score":   {Zh: "发现的少于百分之几就算不通过", En: "fail if fewer than this many of a hundred are noticed"},
	"generate": {Zh: "给没有测到的分支、没有发现的小错写出测试，每个都试打过",
		En: "propose tests for what no test takes or notices, each of them played"},
	"generate_out": {Zh: "提出的测试写到这个文件", En: "write the proposed tests to this file"},
}
