package acd

import (
	"fmt"
	"strings"

	"rexian/lang/diag"
)

// Why is what an offer was decided by. Times are milliseconds.
type Why struct {
	Order   Order
	Last    bool  `json:",omitempty"` // the agent served the caller last
	Picked  bool  `json:",omitempty"` // the agent asked for this caller
	Owed    bool  `json:",omitempty"` // the caller was owed a call, and has answered it
	Yielded bool  `json:",omitempty"` // the agent was held for who is called back later
	Among   int   // how many agents were ready and could serve
	Idle    int64 `json:",omitempty"` // how long the chosen one has been idle
	Waited  int64 `json:",omitempty"` // the caller, since first joining a queue
	// what the caller's place counts for: the wait, and priority or a place that was kept
	Place int64 `json:",omitempty"`
	Next  int64 `json:",omitempty"` // how long the one waits who comes after
}

// orders are the keys of the orders in words.
var orders = map[Order]diag.Text{
	RingAll:     {Zh: "同时振铃", En: "all of them ring"},
	LongestIdle: {Zh: "空闲最久", En: "idle longest"},
	RoundRobin:  {Zh: "轮到", En: "next in turn"},
	InOrder:     {Zh: "排在最前", En: "first in the list"},
	FewestCalls: {Zh: "按签入时长算通数最少", En: "fewest calls for the time signed in"},
	LeastTalk:   {Zh: "按签入时长算通话最短", En: "least talk for the time signed in"},
	Random:      {Zh: "随机抽中", En: "drawn at random"},
	Weighted:    {Zh: "技能等级最高", En: "the highest level in the skill"},
}

// Sentence says why these agents are offered this caller; names are the agents'.
func (w *Why) Sentence(names []string) diag.Text {
	order := w.Order
	if _, known := orders[order]; !known {
		order = LongestIdle
	}
	key := orders[order]
	zh, en := strings.Join(names, "、")+"：", strings.Join(names, ", ")+": "
	switch {
	case w.Picked:
		zh, en = zh+"指名接这通电话", en+"asked for this caller"
	case w.Yielded:
		zh, en = zh+"原为排在后面的预约回呼留着", en+"was held for a callback whose turn is later"
	case w.Last:
		zh, en = zh+"上次接待了来电人", en+"served the caller last"
	case w.Among < 2:
		zh, en = zh+"能接的座席中唯一空闲", en+"the only one ready of those who can serve"
	case order == RingAll:
		zh, en = zh+fmt.Sprintf("能接又空闲的 %d 名座席%s", w.Among, key.Zh),
			en+fmt.Sprintf("%d agents are ready and can serve, and %s", w.Among, key.En)
	default:
		zh, en = zh+fmt.Sprintf("能接又空闲的 %d 名座席中%s", w.Among, key.Zh),
			en+fmt.Sprintf("%s of the %d who are ready and can serve", key.En, w.Among)
	}
	if w.Idle >= 1000 && len(names) == 1 {
		zh, en = zh+fmt.Sprintf("（空闲 %d 秒）", w.Idle/1000), en+fmt.Sprintf(" (idle for %d s)", w.Idle/1000)
	}
	who, whom := "来电人", "the caller"
	if w.Owed {
		who, whom = "预约回呼的人", "who is called back"
	}
	zh, en = zh+fmt.Sprintf("；%s已等 %d 秒", who, w.Waited/1000), en+fmt.Sprintf("; %s waited %d s", whom, w.Waited/1000)
	if more := (w.Place - w.Waited) / 1000; more > 0 {
		zh, en = zh+fmt.Sprintf("，排位另算 %d 秒", more), en+fmt.Sprintf(" and counts %d s more", more)
	}
	if w.Next > 0 {
		zh, en = zh+fmt.Sprintf("，下一位 %d 秒", w.Next/1000), en+fmt.Sprintf(", the next %d s", w.Next/1000)
	}
	return diag.Text{Zh: zh + "。", En: en + "."}
}
