package call

import (
	"strings"

	"rexian/stdlib/db"
)

// Within narrows to the calls of a part of the office. The zero Within is all of them.
type Within struct {
	Queues []string // calls that waited in one of them; all if there are none
	Teams  bool     // narrowed to some agents as well:
	Agents []string // calls that one of them was in,
	Served []string // and, while no agent has been in a call, those that waited in one of these queues
}

// All tells whether it narrows nothing.
func (w *Within) All() bool { return len(w.Queues) == 0 && !w.Teams }

// waits is the condition of events that say in which queue the call of an expression waits.
func waits(id string) string { return `e.call_id = ` + id + ` AND e.kind IN ('enqueue', 'moved')` }

// Where is the condition that the call whose id an expression is lies within, with its arguments, lists among them
// (db.In); "" for all.
func (w *Within) Where(e db.Engine, id string) (condition string, args []any) {
	if w.All() {
		return "", nil
	}
	const call = `w.id`
	waited := func(queues []string) string {
		args = append(args, queues)
		return `EXISTS (SELECT 1 FROM call_events e WHERE ` + waits(call) + ` AND ` + e.JSONText("e.data", "queue") +
			` IN (?))`
	}
	all := []string{call + ` = ` + id}
	if len(w.Queues) > 0 {
		all = append(all, waited(w.Queues))
	}
	if w.Teams {
		any := []string{`1 = 0`}
		if len(w.Agents) > 0 {
			any = append(any, `w.agent IN (?)`, `EXISTS (SELECT 1 FROM call_legs l WHERE l.call_id = `+call+
				` AND l.answered IS NOT NULL AND l.agent IN (?))`)
			args = append(args, w.Agents, w.Agents)
		}
		if len(w.Served) > 0 {
			any = append(any, `COALESCE(w.agent, '') = '' AND `+waited(w.Served))
		}
		all = append(all, `(`+strings.Join(any, ` OR `)+`)`)
	}
	return `EXISTS (SELECT 1 FROM calls w WHERE ` + strings.Join(all, ` AND `) + `)`, args
}
