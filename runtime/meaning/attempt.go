package meaning

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/compiler/types"
)

// campaign is the one whose attempt begins a call, nil for another call.
func (s *script) campaign(e entry) *bundle.Campaign {
	switch e.kind {
	case "campaign", "skip", "unreached", "after beep", "written":
	default:
		return nil
	}
	list := s.x.new.prog.Campaigns
	if i := slices.IndexFunc(list, func(c bundle.Campaign) bool { return c.Name == e.name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// target is whom a campaign calls, as a record; "" where what is done then takes something else.
func (s *script) target(e entry) string {
	p, c := s.x.new.prog, s.campaign(e)
	if c.Targets < 0 || len(p.Funcs[e.fn[1]].Params) > 1 {
		return ""
	}
	for _, site := range p.Funcs[c.Targets].Sites {
		f := s.lib.ByID(site.Name)
		if site.Kind == bundle.LookupSite && f != nil && f.Result != nil && f.Result.Kind == types.ListOf &&
			f.Result.Elem.Kind == types.RecordOf {
			return s.record(f.Result.Elem, s.x.make("parameter", 0, "", 0))
		}
	}
	return ""
}

// dials writes an attempt of a campaign, and how it ends; false where no end leads there.
func (s *script) dials(e entry) bool {
	c, verb := s.campaign(e), "拨出"
	if c.Text {
		verb = "发送"
	}
	line := verb + " " + e.name + " 给 " + s.target(e)
	switch e.kind {
	case "unreached":
		given := slices.IndexFunc(library.CallOutcomes, func(tag string) bool {
			return tag != answeringMachine &&
				!slices.ContainsFunc(c.Retries, func(r bundle.Retry) bool { return r.Outcome == tag })
		})
		if given < 0 || c.Text {
			return false
		}
		line += " 得到 " + library.TagName(library.CallOutcomes[given]).Zh
	case "after beep":
		line += " 得到 " + library.TagName(answeringMachine).Zh
	}
	if s.line("%s", line); e.kind == "campaign" {
		s.line("接听")
	}
	return true
}

// answeringMachine is the outcome of a call to a machine that takes messages.
const answeringMachine = "machine"
