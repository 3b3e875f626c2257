package session

import (
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// run resumes the machine with an event and carries out what it says.
func (s *Session) run(e vm.Event) {
	e.Now = s.now
	if s.watch != nil {
		s.watch.Event(s.now, e)
	}
	s.proceed(s.machine.Resume(e))
}

// proceed carries out an effect, and all that follow as long as they can be answered at once.
func (s *Session) proceed(effect vm.Effect) {
	s.running = true
	defer func() { s.running = false }()
	for range maxSteps {
		if s.watch != nil {
			s.watch.Effect(s.now, effect)
		}
		if effect.Lang != "" {
			s.lang = effect.Lang
		}
		s.effect, s.ready, s.state = effect, nil, thinking
		answer, ok := s.perform(effect)
		if !ok {
			return
		}
		answer.Now = s.now
		if s.watch != nil {
			s.watch.Event(s.now, answer)
		}
		effect = s.machine.Resume(answer)
	}
	s.stop(vm.EndApology)
}

// done answers an effect that is carried out at once.
func done() (vm.Event, bool) { return vm.Event{Kind: vm.Done}, true }

// later is what there is of an answer that will come later, or never because the call is over.
func later() (vm.Event, bool) { return vm.Event{}, false }

// queued answers an effect that queues sound: at once, or when enough of the sound before it was heard.
func (s *Session) queued() (vm.Event, bool) {
	if len(s.sounds) < s.room {
		return done()
	}
	s.state = ahead
	return later()
}

// perform begins an effect. It is false when the answer will come later, or when the call is over.
func (s *Session) perform(e vm.Effect) (vm.Event, bool) {
	if e.End || e.Kind == bundle.HangupSite || e.Kind == bundle.RejectSite || e.Kind == bundle.ApologySite {
		return s.ending(e)
	}
	if tag := lacks(e); tag != "" {
		return vm.Event{Kind: vm.Outcome, Tag: tag}, true
	}
	switch e.Kind {
	case bundle.SaySite:
		s.say(e)
		if e.Early && !s.up && len(s.sounds) > 0 { // what comes next may answer the call, or refuse it
			s.state = draining
			return later()
		}
		return s.queued()
	case bundle.OptionsSite:
		s.options(e)
		return s.queued()
	case bundle.PauseSite:
		if len(e.Args) > 0 && e.Args[0].N > 0 {
			s.play(Sound{Lang: s.lang, Pause: e.Args[0].N})
		}
		return s.queued()
	case bundle.LanguageSite:
		if len(e.Args) > 0 && e.Args[0].Str() != "" {
			s.lang = e.Args[0].Str()
		}
		s.world.Note(e)
		return done()
	case bundle.CollectSite:
		return s.ask(e)
	case bundle.AnswerSite, bundle.AttachSite, bundle.TopicSite, bundle.MarkSite, bundle.PauseRecordingSite,
		bundle.ResumeRecordingSite, bundle.ReplySite:
		s.world.Note(e)
		return done()
	case bundle.SurveySite:
		if len(e.Args) == 0 { // else the world says whether the caller is asked
			s.world.Note(e)
			return done()
		}
	case bundle.VoicemailSite:
		s.greet(e)
	case bundle.RecordSite:
		s.tone()
	}
	if waitsForSound(e.Kind) && len(s.sounds) > 0 {
		s.state = draining
		return later()
	}
	return s.start()
}

// lacks is the outcome of a step that needs a number, or an address, where there is none: the caller's is withheld,
// say. Nobody is asked then; the flow is told as of a number that cannot be reached.
func lacks(e vm.Effect) string {
	at, tag := 0, "unavailable"
	switch e.Kind {
	case bundle.TransferSite:
		tag = "invalid_number"
	case bundle.CallbackSite, bundle.FaxSite:
		at = 1
	case bundle.SMSSite, bundle.MailSite:
	default:
		return ""
	}
	if at < len(e.Args) && e.Args[at].IsEmpty() {
		return tag
	}
	return ""
}

// waitsForSound tells the steps that take time on the line or before the caller; questions to lists and switches, and
// what is sent elsewhere, go on behind the sound.
func waitsForSound(k bundle.SiteKind) bool {
	switch k {
	case bundle.LookupSite, bundle.RecordSite, bundle.VoicemailSite, bundle.EnqueueSite, bundle.TransferSite,
		bundle.FaxSite,
		bundle.ReceiveFaxSite:
		return true
	}
	return false
}

// work goes on when the sound was heard: it begins the effect that waited for it.
func (s *Session) work() {
	e := s.effect
	if e.End || e.Kind == bundle.HangupSite || e.Kind == bundle.RejectSite || e.Kind == bundle.ApologySite {
		if answer, ok := s.finishEnding(e); ok {
			s.run(answer)
		}
		return
	}
	if e.Kind == bundle.SaySite {
		s.run(vm.Event{Kind: vm.Done})
		return
	}
	if answer, ok := s.startIdle(); ok {
		s.run(answer)
	}
}

// startIdle is start outside of run: an answer given within Begin is kept for it in the same way.
func (s *Session) startIdle() (vm.Event, bool) {
	s.running = true
	defer func() { s.running = false }()
	return s.start()
}

// start hands the effect to the World. An answer that came at once is returned.
func (s *Session) start() (vm.Event, bool) {
	e := s.effect
	s.state = working
	s.ticket++
	s.due = 0
	s.ready = nil
	if e.Kind != bundle.LookupSite && waitsForSound(e.Kind) {
		s.pickUp()
	}
	switch e.Kind {
	case bundle.LookupSite:
		s.due = s.now + within(e.Within, DefaultWithin)
		if e.Playing >= 0 {
			s.line.Hold(s.render.sound(e.Playing, nil, s.lang, s.now))
		}
	case bundle.TransferSite:
		if e.Within > 0 {
			s.due = s.now + e.Within
		} else if len(e.Args) > 1 && e.Args[1].N > 0 {
			s.due = s.now + e.Args[1].N
		}
	case bundle.EnqueueSite:
		s.enqueue(e)
	}
	s.world.Begin(s.ticket, e)
	if s.ready == nil || s.state != working {
		return later()
	}
	answer := *s.ready
	s.ready, s.due, s.state = nil, 0, thinking
	s.ticket++
	if s.waiting != nil || e.Kind == bundle.LookupSite && e.Playing >= 0 {
		s.line.Unhold()
	}
	s.waiting = nil
	return answer, true
}

// toneTime is the length of the tone before a recording, in milliseconds.
const toneTime = 300

func within(ms, otherwise int64) int64 {
	if ms > 0 {
		return ms
	}
	return otherwise
}

// ending begins an effect that ends the call, after all was heard.
func (s *Session) ending(e vm.Effect) (vm.Event, bool) {
	if e.Kind == bundle.ApologySite && !e.End {
		s.say(e)
	}
	if len(s.sounds) > 0 && e.Kind != bundle.RejectSite && e.How != vm.EndReject {
		s.state = draining
		return later()
	}
	return s.finishEnding(e)
}

// finishEnding ends the call, or answers the machine where it still has something to say.
func (s *Session) finishEnding(e vm.Effect) (vm.Event, bool) {
	if !e.End {
		switch e.Kind {
		case bundle.RejectSite:
			s.line.Reject()
		case bundle.HangupSite, bundle.ApologySite:
		}
		return done()
	}
	if e.How == vm.EndReject {
		s.line.Reject()
	}
	if e.How == vm.EndReturn && len(e.Args) > 0 {
		s.result = e.Args[0]
	}
	s.stop(e.How)
	return later()
}

// say queues the words of a prompt: in the caller's language, or in every language of the program that it has.
func (s *Session) say(e vm.Effect) {
	langs := []string{s.lang}
	if e.Each {
		langs = s.render.spokenIn(e.Prompt)
	}
	for _, lang := range langs {
		for _, sound := range s.render.sounds(e.Prompt, e.Args, lang, s.now) {
			sound.MustHear, sound.Early = e.MustHear, e.Early
			if sound.Text != "" || sound.Audio != "" || sound.Recorded != "" {
				s.play(sound)
			}
		}
	}
}

// options reads the labels of the options on offer, each with its key.
func (s *Session) options(e vm.Effect) {
	if text := s.render.options(e.Question, e.Offered, s.lang, s.now); text != "" {
		s.play(Sound{Lang: s.lang, Text: text})
	}
}

// greet plays what a mailbox says, and the tone.
func (s *Session) greet(e vm.Effect) {
	if e.Index < 0 || e.Index >= len(s.program.Mailboxes) {
		return
	}
	if g := s.program.Mailboxes[e.Index].Greeting; g >= 0 {
		s.play(s.render.sound(int(g), nil, s.lang, s.now))
	}
	s.tone()
}

// tone plays the tone after which the caller speaks. Keys keyed ahead were not meant for what comes after it.
func (s *Session) tone() {
	s.buffer.Clear()
	s.play(Sound{Lang: s.lang, Tone: true, Pause: toneTime})
}

// ask begins one try of a question: the sound queued is its prompt.
func (s *Session) ask(e vm.Effect) (vm.Event, bool) {
	if e.Spec == nil {
		return vm.Event{Kind: vm.Fault}, true
	}
	if s.hung {
		return vm.Event{Kind: vm.Hangup}, true
	}
	s.room = fewAhead
	s.pickUp()
	if e.Clear {
		s.buffer.Clear()
	}
	spec := *e.Spec
	spec.Prompts, spec.MustHear = len(s.sounds) > 0, s.mustHear()
	s.state = asking
	return s.tried(s.try.Start(spec, &s.buffer, s.now-s.started))
}

// tried does what the collecting algorithm says; false while the question is open.
func (s *Session) tried(out collect.Output) (vm.Event, bool) {
	if out.StopPrompts {
		s.quiet()
	}
	if !out.Done {
		return later()
	}
	if s.watch != nil {
		r := out.Result
		if s.secret(s.effect.Question) {
			r.Keys, r.Text, r.N = strings.Repeat("•", len(r.Keys)), strings.Repeat("•", len(r.Text)), 0
		}
		s.watch.Collected(s.now, s.effect.Question, r)
	}
	if out.Result.Kind == collect.Hangup {
		return vm.Event{Kind: vm.Hangup}, true
	}
	return vm.Event{Kind: vm.Collected, Collect: out.Result}, true
}

func (s *Session) secret(question int) bool {
	return question >= 0 && question < len(s.program.Questions) && s.program.Questions[question].Secret
}

// collected is tried outside of run.
func (s *Session) collected(out collect.Output) {
	if answer, ok := s.tried(out); ok {
		s.run(answer)
	}
}
