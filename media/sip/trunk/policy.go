package trunk

import (
	"slices"
	"strings"

	"rexian/number"
)

// Reasons why a trunk does not let a call out.
const (
	Denied     = "denied"      // Deny names it
	NotAllowed = "not_allowed" // Allow does not name it
	Abroad     = "abroad"      // of another country, and neither Allow nor Prefixes names it
	NoNumber   = "no_number"   // an extension, a service code: no number of +86, and neither names it
	Short      = "too_short"   // nothing is left of it when digits are taken off
	Full       = "channels"    // as many calls at once as there may be
	TooFast    = "calls_per_second"
	Spent      = "minutes_per_day"
)

// notHere means that another trunk is meant: a number of other Prefixes.
const notHere = "prefix"

// lets says whether a number may go out over the trunk: how many of its first digits Prefixes name, and why not. It is
// the one place where that is decided, whoever dials: a flow, an agent's telephone, a redirection. byName leaves
// Prefixes aside, which choose among trunks.
func (t *trunk) lets(dialled string, byName bool) (match int, why string) {
	form, kind := t.canonical(dialled)
	match = longest(form, t.c.Prefixes)
	if len(t.c.Prefixes) == 0 {
		match = 0
	}
	if match < 0 && !byName {
		return 0, notHere
	}
	if _, err := t.c.Rules.Out(dialled); err != nil {
		return 0, Short
	}
	named := match > 0
	if n := t.c.Rules.Strip; kind == 0 && n > 0 { // digits in front that lead to the trunk: the number is behind them
		form, kind = t.canonical(dialled[n:])
		named = false
	}
	match = max(match, 0)
	switch {
	case longest(form, t.c.Deny) >= 0:
		return 0, Denied
	case slices.Contains(t.c.Allow, everything):
	case len(t.c.Allow) > 0:
		if longest(form, t.c.Allow) < 0 {
			return 0, NotAllowed
		}
	case named: // the configuration names it
	case kind == number.International:
		return 0, Abroad
	case kind == 0:
		return 0, NoNumber
	}
	return match, ""
}

// canonical is the one form of a number. One that is none of the network is at least told apart from numbers at home if
// it leads abroad.
func (t *trunk) canonical(s string) (string, number.Kind) {
	form, kind := t.c.Rules.Canonical(s)
	if kind == 0 {
		form = number.Prefix(form)
	}
	return form, kind
}

// longest is how many digits of a number the best of some prefixes names; −1 if none begins it.
func longest(form string, prefixes []string) int {
	best := -1
	for _, p := range prefixes {
		if strings.HasPrefix(form, p) {
			best = max(best, len(p))
		}
	}
	return best
}
