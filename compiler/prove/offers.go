package prove

import (
	"slices"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// offers compares what each queue says with the keys it offers, and those with the arms of the steps
// that enqueue there.
func (a *analysis) offers() {
	offered := map[*check.QueueInfo][]string{}
	for _, q := range a.p.Queues {
		g := &listener{analysis: a, file: a.fileOf(q.File)}
		var said []*ast.Said
		for _, it := range q.Items {
			for _, k := range it.Keys {
				offered[q] = append(offered[q], k.Keys)
			}
			if it.Said != nil {
				said = append(said, it.Said)
			}
		}
		if q.Like == nil || len(q.Decl.Items) > 0 &&
			slices.ContainsFunc(q.Decl.Items,
				func(it *ast.QueueItem) bool { return it.Said != nil || len(it.Keys) > 0 }) {
			ask := asking{at: q.Span, said: g.hear(said, nil)}
			for _, k := range offered[q] {
				ask.must = append(ask.must, option{key: k})
			}
			if q.Like != nil { // what it says may stand in another file
				ask.inherited()
			}
			g.compare(ask)
		}
	}
	for _, file := range a.p.Files {
		for _, e := range file.Outline().Enqueues {
			a.enqueue(file.Path, e, offered)
		}
	}
}

// inherited has the findings stand at the question itself, and not where its words do.
func (q *asking) inherited() {
	for _, h := range q.said {
		for _, s := range h.texts {
			s.at, s.src = q.at, ""
		}
	}
}

func (a *analysis) fileOf(path string) *ast.File {
	for _, f := range a.p.Files {
		if f.Path == path {
			return f
		}
	}
	return &ast.File{Path: path}
}

// reached are the queues that some have their callers moved to, and these themselves.
func (a *analysis) reached(queues []*check.Symbol) []*check.QueueInfo {
	var list []*check.QueueInfo
	for _, s := range queues {
		list = append(list, a.p.Queues[s.Index])
	}
	for i := 0; i < len(list); i++ {
		for _, item := range list[i].Items {
			if item.Kind != words.MoveTo || item.Name == nil {
				continue
			}
			s := a.p.Find(item.Name.Text)
			if s == nil || s.Kind != check.Queue || slices.Contains(list, a.p.Queues[s.Index]) {
				continue
			}
			list = append(list, a.p.Queues[s.Index])
		}
	}
	return list
}

// enqueue compares the keys that are offered to who waits because of a step with its arms: by its queues, and by those
// that they move their callers to.
func (a *analysis) enqueue(file string, e *ast.Enqueue, offered map[*check.QueueInfo][]string) {
	var takes []string
	var arms []*ast.Key
	if e.Else != nil {
		for _, arm := range e.Else.Arms {
			for _, k := range arm.Keys {
				takes = append(takes, k.Keys)
				arms = append(arms, k)
			}
		}
	}
	told := map[string]bool{}
	queues := a.reached(a.p.ThingsOf(e.Queue))
	for _, k := range arms {
		if len(queues) > 0 && !slices.ContainsFunc(queues, func(q *check.QueueInfo) bool {
			return slices.Contains(offered[q], k.Keys)
		}) {
			a.report(diag.New("RX3019", file, k.Span(), diag.Text{Zh: "按 " + k.Keys, En: "press " + k.Keys},
				diag.Textf("这里的队列没有“可按 %s”", "no queue here has offer %s", k.Keys)))
		}
	}
	for _, q := range queues {
		for _, k := range offered[q] {
			if !slices.Contains(takes, k) && !told[k] {
				told[k] = true
				a.report(diag.New("RX4204", file, e.Queue.Span(), q.Name, k))
			}
		}
	}
}
