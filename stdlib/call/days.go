package call

import (
	"context"
	"slices"

	"rexian/stdlib/agent/day"
	"rexian/stdlib/db"
)

// agentEnd locks how far an agent's day is written, for one server writes it at a time, and tells it.
const agentEnd = `INSERT INTO agent_ends (agent, ended) VALUES (?, 0)
	ON CONFLICT (agent) DO UPDATE SET agent = excluded.agent RETURNING ended`

// follow puts in place of the segments of a batch what goes on from what is written of their agents.
func follow(ctx context.Context, t *db.Tx, batch []record) ([]record, error) {
	told := map[string][]day.Row{}
	var agents []string
	for i := range batch {
		x := &batch[i]
		if x.K != segment {
			continue
		}
		if told[x.Agent] == nil {
			agents = append(agents, x.Agent)
		}
		told[x.Agent] = append(told[x.Agent], day.Row{Agent: x.Agent, Began: x.At, Ended: x.Ended, State: x.Name,
			Reason: x.Result, Call: x.Call, Node: x.Node})
	}
	if len(agents) == 0 {
		return batch, nil
	}
	slices.Sort(agents) // all servers lock in one order
	var list []record
	for _, id := range agents {
		var last int64
		if err := t.Get(ctx, &last, agentEnd, id); err != nil {
			return nil, err
		}
		holes, err := holes(ctx, t, id, told[id], last)
		if err != nil {
			return nil, err
		}
		rows, filled, end := day.Follow(last, holes, told[id])
		for _, r := range filled {
			if _, err := t.Exec(ctx, `DELETE FROM agent_segments WHERE agent = ? AND began = ?`, id, r.Began); err != nil {
				return nil, err
			}
		}
		for _, r := range rows {
			list = append(list, record{K: segment, Agent: r.Agent, At: r.Began, Ended: r.Ended, Name: r.State,
				Result: r.Reason, Call: r.Call, Node: r.Node})
		}
		if end == last {
			continue
		}
		if _, err := t.Exec(ctx, `UPDATE agent_ends SET ended = ? WHERE agent = ?`, end, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// holes are the rows of an agent of whose time no server has told, and that these may tell of.
func holes(ctx context.Context, t *db.Tx, id string, told []day.Row, last int64) ([]day.Row, error) {
	first := last
	for _, r := range told {
		first = min(first, r.Began)
	}
	if first == last {
		return nil, nil
	}
	var list []struct {
		Began int64  `db:"began"`
		Ended int64  `db:"ended"`
		Node  string `db:"node"`
	}
	err := t.Select(ctx, &list, `SELECT began, ended, node FROM agent_segments
		WHERE agent = ? AND ended > ? AND state = ? AND reason = ? ORDER BY began`, id, first, day.Unknown, day.Restart)
	rows := make([]day.Row, 0, len(list))
	for _, x := range list {
		rows = append(rows, day.Row{Agent: id, Began: x.Began, Ended: x.Ended, State: day.Unknown, Reason: day.Restart,
			Node: x.Node})
	}
	return rows, err
}
