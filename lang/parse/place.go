package parse

import (
	"rexian/lang/diag"
	"rexian/lang/words"
)

// place is where one of a list of keywords begins something: a step in a block, a clause in a queue.
type place struct {
	what diag.Text // what stands here, for messages
	ids  []string
	set  map[string]bool
	// other tells whether things that begin with no keyword may stand here too (days, numbers).
	other bool
}

func newPlace(zh, en string, ids ...string) *place {
	p := &place{what: diag.Text{Zh: zh, En: en}, ids: ids, set: make(map[string]bool, len(ids))}
	for _, id := range ids {
		if words.ByID(words.Contextual, id) == nil {
			panic("parse: no keyword " + id)
		}
		p.set[id] = true
	}
	return p
}

func (p *place) has(id string) bool { return p.set[id] }

// or returns the place with more keywords.
func (p *place) or(ids ...string) *place {
	return newPlace(p.what.Zh, p.what.En, append(append([]string{}, p.ids...), ids...)...)
}

var (
	declPlace = newPlace("声明", "a declaration", "number", "message", "languages", "setting", "switch", "list", "table",
		"call data", "defaults", "calendar", "hours", "prompt", "template", "mailbox", "ticket type", "flow", "menu",
		"queue", "campaign", "text campaign", "survey", "rule", "test")

	// plainPlace holds the steps that may stand alone in an arm; stepPlace all of them.
	plainPlace = newPlace("步骤", "a step", "say", "pause", "language", "menu", "goto", "match", "repeat", "for each",
		"again", "next", "stop", "continue", "hangup", "reject", "voicemail", "run survey", "reply",
		"pause recording", "resume recording", "attach", "mark", "topic", "ask")
	stepPlace = plainPlace.or("if", "let", "set", "do", "enqueue", "transfer", "callback", "send sms", "send mail",
		"fax", "receive fax", "return")

	limitPlace = newPlace("选项或时限", "an option or a timer", "wait", "between", "tries", "longest", "silence", "confirm",
		"range", "end key", "allow global keys")
	armPlace  = newPlace("分支", "an arm", "press", "on", "otherwise")
	askPlace  = limitPlace.or("press", "on", "otherwise", "say")
	menuPlace = askPlace.or("pause", "for each", "if")
	bodyPlace = stepPlace.or("press", "on") // a flow's: handlers and steps

	defaultsPlace = newPlace("缺省的设定", "a default", "zone", "calendar", "playing", "wait", "between", "tries", "longest",
		"silence",
		"confirm", "range", "end key", "allow global keys", "press", "on")
	calendarPlace = newPlace("放假或时期", "a holiday or a period", "holiday", "period")
	hoursPlace    = newPlace("一行作息", "a line of hours", "zone", "calendar", "on.date")
	wordingPlace  = newPlace("一种语言的文字", "the words of a language", "zh", "en", "audio")
	mailboxPlace  = newPlace("信箱的设定", "a clause of a mailbox", "greeting", "longest", "silence", "notify")
	ticketPlace   = newPlace("期限", "a deadline", "accept", "finish", "urge")
	queuePlace    = newPlace("队列的设定", "a clause of a queue", "skill", "order", "last agent first", "music", "every",
		"capacity", "longest", "ring", "wrap up", "misses", "keep place", "target",
		"from.queue")
	campaignPlace = newPlace("外呼任务的设定", "a clause of a campaign", "targets", "sample", "quota", "at once", "per second",
		"tries", "hours.campaign", "call", "retry", "skip if", "if unreached", "show number", "from",
		"start daily at")
	textPlace = newPlace("短信任务的设定", "a clause of a text campaign", "targets.text", "sample", "per second",
		"hours.campaign", "skip if.text", "send sms", "send mail", "from", "start daily at")
	surveyPlace = stepPlace.or("quota", "sample")
	choicePlace = newPlace("按键和答案", "a key and its answer")
	claimPlace  = newPlace("规则", "a rule", "every path", "no path", "from", "every menu")
	testPlace   = newPlace("测试的一步", "a line of a test", "at", "given", "call.test", "text", "dial", "send.test",
		"answer", "hear",
		"not hear", "press", "wait", "say nothing", "hangup", "agent answers", "agent hangs up", "agent signs in",
		"agent signs out", "agent ready", "agent break", "expect", "expect not")
	outcomePlace = newPlace("结果", "an outcome", "hangup", "mark", "enqueue", "transfer", "voicemail", "callback",
		"send sms", "send mail", "reply", "called", "redial")
	actPlace   = newPlace("步骤", "a step", "transfer", "callback", "send sms", "send mail", "fax", "receive fax")
	pointPlace = newPlace("步骤", "a step", "record", "enqueue", "transfer", "voicemail", "callback", "hangup",
		"send sms", "send mail", "mark")

	relationPlace = newPlace("比较", "a comparison", "is", "is not", "in", "not in", "at least", "no more than",
		"more than",
		"less than", "contains", "later than", "earlier than", "not later than", "not earlier than", "is empty",
		"is not empty", "is open", "is closed", "is on", "is off", "is mobile", "is not mobile")
)

func init() { hoursPlace.other, choicePlace.other, wordingPlace.other = true, true, true }

// spelled is a keyword for a message, in the tongue of its reader.
func spelled(id string) diag.Text {
	k := words.ByID(words.Contextual, id)
	return diag.Text{Zh: "“" + k.Chinese[0] + "”", En: "`" + k.English[0] + "`"}
}
