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
	declPlace = newPlace("声明", "a declaration", words.Number, words.Message, words.Languages, words.Setting,
		words.Switch, words.List, words.Table,
		words.CallData, words.Defaults, words.Calendar, words.Hours, words.Prompt, words.Template,
		words.Mailbox,
		words.TicketType, words.Flow, words.Menu,
		words.Queue, words.Campaign, words.TextCampaign, words.Survey, words.Rule, words.Test)

	// plainPlace holds the steps that may stand alone in an arm; stepPlace all of them.
	plainPlace = newPlace("步骤", "a step", words.Say, words.Pause, words.Language, words.Menu, words.Goto,
		words.Match,
		words.Repeat, words.ForEach,
		words.Again, words.Next, words.Stop, words.Continue, words.Hangup, words.Reject, words.Voicemail,
		words.RunSurvey, words.Reply,
		words.PauseRecording, words.ResumeRecording, words.Attach, words.Mark, words.Topic, words.Ask)
	stepPlace = plainPlace.or(words.If, words.Let, words.Set, words.Do, words.Enqueue, words.Transfer,
		words.Callback,
		words.SendSMS, words.SendMail,
		words.Fax, words.ReceiveFax, words.Return)

	limitPlace = newPlace("选项或时限", "an option or a timer", words.Wait, words.Between, words.Tries, words.Longest,
		words.Silence, words.Confirm,
		words.Range, words.EndKey, words.AllowGlobalKeys)
	armPlace  = newPlace("分支", "an arm", words.Press, words.On, words.Otherwise)
	askPlace  = limitPlace.or(words.Press, words.On, words.Otherwise, words.Say)
	menuPlace = askPlace.or(words.Pause, words.ForEach, words.If)
	bodyPlace = stepPlace.or(words.Press, words.On) // a flow's: handlers and steps

	defaultsPlace = newPlace("缺省的设定", "a default", words.Zone, words.Calendar, words.Playing, words.Wait,
		words.Between,
		words.Tries, words.Longest,
		words.Silence,
		words.Confirm, words.Range, words.EndKey, words.AllowGlobalKeys, words.Press, words.On)
	calendarPlace = newPlace("放假或时期", "a holiday or a period", words.Holiday, words.Period)
	hoursPlace    = newPlace("一行作息", "a line of hours", words.Zone, words.Calendar, words.OnDate)
	wordingPlace  = newPlace("一种语言的文字", "the words of a language", words.Zh, words.En, words.Audio)
	mailboxPlace  = newPlace("信箱的设定", "a clause of a mailbox", words.Greeting, words.Longest, words.Silence,
		words.Notify)
	ticketPlace = newPlace("期限", "a deadline", words.Accept, words.Finish, words.Urge)
	queuePlace  = newPlace("队列的设定", "a clause of a queue", words.Skill, words.Order, words.LastAgentFirst,
		words.Music, words.Every,
		words.Capacity, words.Longest, words.Ring, words.WrapUp, words.Misses, words.KeepPlace, words.Target,
		words.FromQueue)
	campaignPlace = newPlace("外呼任务的设定", "a clause of a campaign", words.Targets, words.Sample, words.Quota,
		words.AtOnce, words.PerSecond,
		words.Tries, words.HoursCampaign, words.Call, words.AfterBeep, words.Retry, words.SkipIf,
		words.IfUnreached, words.ShowNumber, words.From, words.StartDailyAt)
	textPlace = newPlace("短信任务的设定", "a clause of a text campaign", words.TargetsText, words.Sample,
		words.PerSecond,
		words.HoursCampaign, words.SkipIfText, words.SendSMS, words.SendMail, words.From, words.StartDailyAt)
	surveyPlace = stepPlace.or(words.Quota, words.Sample)
	choicePlace = newPlace("按键和答案", "a key and its answer")
	claimPlace  = newPlace("规则", "a rule", words.EveryPath, words.NoPath, words.From, words.EveryMenu)
	testPlace   = newPlace("测试的一步", "a line of a test", words.At, words.Given, words.CallTest, words.Text,
		words.Dial,
		words.SendTest,
		words.Answer, words.Hear,
		words.NotHear, words.Press, words.Wait, words.SayNothing, words.Hangup, words.AgentAnswers,
		words.AgentHangsUp,
		words.AgentSignsIn,
		words.AgentSignsOut, words.AgentReady, words.AgentBreak, words.Expect, words.ExpectNot)
	outcomePlace = newPlace("结果", "an outcome", words.Hangup, words.Mark, words.Enqueue, words.Transfer,
		words.Voicemail, words.Callback,
		words.SendSMS, words.SendMail, words.Reply, words.Called, words.Redial)
	actPlace = newPlace("步骤", "a step", words.Transfer, words.Callback, words.SendSMS, words.SendMail, words.Fax,
		words.ReceiveFax)
	pointPlace = newPlace("步骤", "a step", words.Record, words.Enqueue, words.Transfer, words.Voicemail,
		words.Callback,
		words.Hangup,
		words.SendSMS, words.SendMail, words.Mark)

	relationPlace = newPlace("比较", "a comparison", words.Is, words.IsNot, words.In, words.NotIn, words.AtLeast,
		words.NoMoreThan,
		words.MoreThan,
		words.LessThan, words.Contains, words.LaterThan, words.EarlierThan, words.NotLaterThan,
		words.NotEarlierThan,
		words.IsEmpty,
		words.IsNotEmpty, words.IsOpen, words.IsClosed, words.IsOn, words.IsOff, words.IsMobile,
		words.IsNotMobile)
)

func init() { hoursPlace.other, choicePlace.other, wordingPlace.other = true, true, true }

// spelled is a keyword for a message, in the tongue of its reader.
func spelled(id string) diag.Text {
	k := words.ByID(words.Contextual, id)
	return diag.Text{Zh: "“" + k.Chinese[0] + "”", En: "`" + k.English[0] + "`"}
}
