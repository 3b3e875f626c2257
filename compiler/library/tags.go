package library

// tags are the words of fixed sets. One ID may be in several sets: `closed` is a state of opening hours and an outcome
// of a queue, `unknown` an outcome of a lookup and of a call; their spellings are the same in both.
var tags = []Word{
	word("error", "出错"), word("noinput", "没按键"), word("nomatch", "按错"),
	word("unavailable", "不可用"), word("not_found", "未找到"), word("several", "有多个"), word("not_allowed", "无权限"),
	word("wrong_pin", "密码错误"), word("locked", "已锁定"), word("mismatch", "不一致"), word("limit_reached", "次数超限"),
	word("already_filed", "已申报"), word("too_late", "已截止"), word("not_eligible", "不适用"), word("unknown", "结果未知"),
	word("open", "开放"), word("closed", "休息"),
	word("full", "已满"), word("timeout", "超时"), word("no_agents", "无座席"),
	word("emergency", "紧急停用"), word("holiday", "节假日"), word("break", "午休"), word("off_hours", "非工作时间"),
	word("special", "临时安排"),
	word("answered", "接通"), word("machine", "语音信箱"), word("busy", "占线"), word("no_answer", "无人接听"),
	word("refused", "拒接"),
	word("powered_off", "关机"), word("suspended", "停机"), word("vacant_number", "空号"), word("invalid_number", "无效号码"),
	word("changed", "已改号"), word("carrier_blocked", "运营商拦截"), word("line_fault", "线路故障"),
	word("fax_tone", "传真音"), word("unreachable", "无法接通"), word("barred", "呼入限制"), word("assistant", "来电助手"),
	word("forward_failed", "呼转失败"),
	word("ring_all", "同时振铃"), word("longest_idle", "最长空闲"), word("round_robin", "循环"), word("in_order", "顺序"),
	word("fewest_calls", "通数最少"), word("least_talk", "时长最少"), word("random", "随机"), word("weighted", "技能加权"),
}

// The sets of tags that steps and values may end in.
var (
	// ClosedReasons are why opening hours are closed.
	ClosedReasons = []string{"emergency", "holiday", "break", "off_hours", "special"}
	// HoursStates are what opening hours answer.
	HoursStates = []string{"open", "closed"}
	// QueueOutcomes end an enqueue that no agent answered.
	QueueOutcomes = []string{"full", "timeout", "no_agents", "closed"}
	// CallOutcomes end a call to a number that was not answered by a person (a transfer, an attempt of a campaign).
	CallOutcomes = []string{"busy", "no_answer", "refused", "powered_off", "suspended", "vacant_number",
		"invalid_number",
		"changed", "carrier_blocked", "line_fault", "machine", "fax_tone", "unreachable", "barred", "assistant",
		"forward_failed", "unknown"}
	// Orders are how a queue distributes its callers.
	Orders = []string{"ring_all", "longest_idle", "round_robin", "in_order", "fewest_calls", "least_talk", "random",
		"weighted"}
	// TableOutcomes end table[key]. A table travels within the compiled program, so it is never unavailable; an arm for
	// that is let pass, since the key may later be looked up elsewhere.
	TableOutcomes = []string{"not_found"}
	// Misses are the failures of a question.
	Misses = []string{"noinput", "nomatch"}
)

// synonyms are further Chinese spellings of words, by ID.
var synonyms = map[string][]string{"caller": {"主叫号码"}, "no_agents": {"无坐席"}, "agent": {"坐席"}}
