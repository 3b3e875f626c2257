package acd

import (
	"cmp"
	"slices"
)

// setQueue takes a queue. Those who wait there go on by what it says now.
func (d *Distributor) setQueue(n *Queue) {
	if n == nil || n.Name == "" {
		return
	}
	q := d.queues[n.Name]
	if q == nil {
		q = &queue{random: n.Seed}
		d.queues[n.Name] = q
		d.listed = append(d.listed, q)
	}
	waiting := d.standing(q)
	q.Queue, q.goal = *n, d.goal(n.Share, n.Within)
	if q.Seed != n.Seed {
		q.random = n.Seed
	}
	q.Steps = slices.Clone(n.Steps)
	slices.SortStableFunc(q.Steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	q.classes, q.open = nil, nil
	for i := range len(q.Steps) + 1 {
		if i == 0 || len(q.Steps[i-1].Skills) > 0 {
			q.classes = append(q.classes, &class{queue: q, skills: q.skills(i)})
		}
		q.open = append(q.open, len(q.classes)-1)
	}
	d.number()
	for _, c := range waiting {
		c.step, c.at = 0, -1
		d.plan(c)
		if c.offer == nil && !c.aside() {
			d.stand(c)
		}
	}
	d.fill()
}

func order(a, b *caller) int {
	switch {
	case before(a, b):
		return -1
	case before(b, a):
		return 1
	}
	return 0
}

// number gives the classes their numbers anew, and tells each agent which of them to serve.
func (d *Distributor) number() {
	d.classes = d.classes[:0]
	for _, q := range d.listed {
		for _, c := range q.classes {
			c.id = len(d.classes)
			d.classes = append(d.classes, c)
		}
	}
	for _, a := range d.roster {
		d.learn(a)
	}
	d.count()
}

// learn works out whom an agent can serve.
func (d *Distributor) learn(a *agent) {
	a.serves, a.classes = make([]uint64, len(d.classes)/64+1), a.classes[:0]
	for _, c := range d.classes {
		if slices.ContainsFunc(a.Skills, func(s Skill) bool { return slices.Contains(c.skills, s.Name) }) {
			a.serves[c.id>>6] |= 1 << (c.id & 63)
			a.classes = append(a.classes, c.id)
		}
	}
}

// count counts who is signed in for each queue.
func (d *Distributor) count() {
	for _, q := range d.listed {
		q.staff = 0
		all := q.classes[len(q.classes)-1]
		for _, a := range d.roster {
			if a.state != Out && a.can(all) {
				q.staff++
			}
		}
		d.watch(q)
	}
}
