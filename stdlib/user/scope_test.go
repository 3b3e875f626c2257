package user

import "testing"

// A scope narrows by each of its lists that is not empty; nobody gives away more than theirs.
func TestScope(t *testing.T) {
	one := Team{Groups: []string{"一班"}, District: "历下区"}
	two := Team{Groups: []string{"二班", "夜班"}, District: "市中区"}
	none := Team{}
	queue, group, district := Scope{Queues: []string{"综合"}}, Scope{Groups: []string{"一班"}},
		Scope{Districts: []string{"市中区"}}
	both := Scope{Groups: []string{"一班"}, Districts: []string{"市中区"}}
	for _, c := range []struct {
		name   string
		s      Scope
		queues []string
		teams  []Team
		want   bool
	}{
		{"all", Scope{}, nil, nil, true},
		{"a queue of theirs", queue, []string{"英语", "综合"}, nil, true},
		{"another queue", queue, []string{"英语"}, []Team{one}, false},
		{"no queue", queue, nil, []Team{one}, false},
		{"a group of theirs", group, nil, []Team{two, one}, true},
		{"another group", group, []string{"综合"}, []Team{two}, false},
		{"no team", group, []string{"综合"}, []Team{none}, false},
		{"nobody's", group, nil, nil, false},
		{"a district of theirs", district, nil, []Team{two}, true},
		{"another district", district, nil, []Team{one}, false},
		{"no agent is of both", both, nil, []Team{one, two}, false},
		{"one is of both", both, nil, []Team{{Groups: []string{"一班"}, District: "市中区"}}, true},
	} {
		if got := c.s.Holds(c.queues, c.teams); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for _, c := range []struct {
		mine, theirs Scope
		want         bool
	}{{Scope{}, queue, true}, {queue, Scope{}, false}, {queue, queue, true}, {queue, group, false},
		{group, both, true}, {both, group, false},
		{queue, Scope{Queues: []string{"综合", "英语"}}, false}} {
		if got := c.mine.Covers(c.theirs); got != c.want {
			t.Errorf("%+v covers %+v: %v", c.mine, c.theirs, got)
		}
	}
	if !(&Scope{}).All() || queue.All() || group.All() || district.All() {
		t.Error("what narrows nothing is all")
	}
}
