package server

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"rexian/runtime/deploy"
	"rexian/stdlib/db"
	"rexian/stdlib/node"
)

const (
	// lookEvery is how often is looked whether another node has deployed something, beside hearing of it.
	lookEvery = time.Second
	// retryAfter is when a version that could not be taken over is tried again.
	retryAfter = 30 * time.Second
	// startedBy is who orders what a start finds in the folder of the flows.
	startedBy = "start"
	// shownHistory is how much of what served is taken over from the database.
	shownHistory = 200
)

// sharing lets all nodes on a database serve the same: what is ordered here is written down for all, and what is
// ordered elsewhere is taken over. Of two orders the later counts. While the database is away what is ordered here is
// in force here, and is written down when it is back.
//
//	ordered here ──▶ in force here ──▶ written down ──notice, or a look each second──▶ in force on the others
type sharing struct {
	s     *Server
	store *node.Deployments
	file  string // remembers over a restart what memory is
	wake  chan struct{}

	turning sync.Mutex // one turn at a time
	mu      sync.Mutex
	started bool // before, what is ordered is only the boot
	memory  memory
	failed  int64 // a change that could not be taken over
	retry   time.Time
}

// memory is what a node knows of the deployments of all.
type memory struct {
	Seen int64            `json:"seen"`           // the latest change that is in force here
	Mine *node.Deployment `json:"mine,omitempty"` // ordered here, and not written down yet
}

func newSharing(s *Server) *sharing {
	h := &sharing{s: s, store: s.library.Deployments(), file: s.data("versions", "shared.json"),
		wake: make(chan struct{}, 1)}
	b, err := os.ReadFile(h.file)
	if err == nil {
		err = json.Unmarshal(b, &h.memory)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("what was deployed on all nodes is looked up anew", "file", h.file, "error", err)
		h.memory = memory{}
	}
	return h
}

// begin shares from now on, and lets serve what all nodes serve, if the database is there and knows.
func (h *sharing) begin(ctx context.Context) {
	h.mu.Lock()
	h.started = true
	h.mu.Unlock()
	if !h.s.library.Ready() {
		return
	}
	if latest, err := h.store.Latest(ctx); err == nil && latest.ID != 0 {
		h.look(ctx)
	}
}

// run goes on with that until ctx ends.
func (h *sharing) run(ctx context.Context) {
	for !h.s.library.Ready() && ctx.Err() == nil {
		pause(ctx, lookEvery)
	}
	h.look(ctx)
	h.store.Watch(ctx, lookEvery, h.wake, func() { h.look(ctx) })
}

func (h *sharing) name() string { return h.s.library.Node().Name() }

// same tells whether a node serves what a change led to.
func same(now deploy.Serving, d node.Deployment) bool {
	canary := ""
	if now.Canary != nil {
		canary = now.Canary.Hash()
	}
	return now.Stable != nil && now.Stable.Hash() == d.Stable && canary == d.Canary && now.Percent == d.Share
}

// order is a change as it is written down for all.
func order(c deploy.Change, now deploy.Serving, name string) *node.Deployment {
	d := &node.Deployment{At: c.At.UnixMilli(), Node: name, What: c.What, Hash: c.Hash, Percent: c.Percent, By: c.By,
		Stable: now.Stable.Hash(), Share: now.Percent}
	if now.Canary != nil {
		d.Canary = now.Canary.Hash()
	}
	return d
}

// changed is told of what is ordered here. What a start finds in the folder of the flows, without being told to let
// it serve, is no order: it serves until it is known what all nodes serve.
func (h *sharing) changed(c deploy.Change, now deploy.Serving) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.started || c.By == startedBy && !h.s.o.Deploy {
		return
	}
	h.memory.Mine = order(c, now, h.name())
	h.remember()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// remember keeps the memory over a restart; mu is held. Should that fail, it is known when the program is started
// anew that something may not be written down, by comparing.
func (h *sharing) remember() {
	b, err := json.Marshal(h.memory)
	if err == nil {
		err = deploy.WriteFile(h.file, b)
	}
	if err != nil {
		h.s.log.Error("what was deployed is not remembered over a restart", "error", err)
	}
}

// look is a turn whose failure is told once.
func (h *sharing) look(ctx context.Context) {
	if err := h.turn(ctx); err != nil && ctx.Err() == nil && !db.IsUnavailable(err) {
		h.s.log.Error("a deployment is not shared with the other nodes", "error", err)
	}
}

// turn writes down what was ordered here, or takes over what was ordered elsewhere.
func (h *sharing) turn(ctx context.Context) error {
	h.turning.Lock()
	defer h.turning.Unlock()
	latest, err := h.store.Latest(ctx)
	if err != nil {
		return err
	}
	mine, seen, wait := h.stand(latest)
	switch {
	case mine != nil && latest.ID != seen && latest.At > mine.At:
		h.s.log.Warn("what was deployed here gives way to what was deployed later on another node", "here",
			mine.Hash[:12],
			"there", latest.Hash[:12], "node", latest.Node, "by", latest.By)
		return h.adopt(ctx, latest, mine)
	case mine != nil:
		return h.publish(ctx, mine, latest.ID)
	case latest.ID == 0 || latest.ID == seen || wait:
		return nil
	}
	return h.adopt(ctx, latest, nil)
}

// end writes down what was ordered a moment ago, if the database is there.
func (h *sharing) end() {
	h.mu.Lock()
	left := h.memory.Mine != nil
	h.mu.Unlock()
	if !left || !h.s.library.Ready() {
		return // else the next start does it
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	h.look(ctx)
}

// stand is what is to be written down, and which change is in force here; wait says that the latest was tried in vain
// a moment ago. An order of an earlier start stands only if this one serves it. Where nobody has written anything
// down, what serves here is.
func (h *sharing) stand(latest node.Deployment) (mine *node.Deployment, seen int64, wait bool) {
	h.mu.Lock()
	mine = h.memory.Mine
	h.mu.Unlock()
	now := h.s.deployment.Now() // an order that came meanwhile takes the place of mine, and has its turn next
	h.mu.Lock()
	defer h.mu.Unlock()
	if mine != nil && h.memory.Mine == mine && !same(now, *mine) {
		mine, h.memory.Mine = nil, nil
	}
	switch {
	case mine != nil:
	case latest.ID == 0 && now.Stable != nil:
		mine = order(deploy.Change{At: h.s.o.Now(), What: "deploy", Hash: now.Stable.Hash(), By: startedBy}, now,
			h.name())
		h.memory.Mine = mine
	}
	return mine, h.memory.Seen, latest.ID == h.failed && h.s.o.Now().Before(h.retry)
}

// publish writes an order down for all nodes.
func (h *sharing) publish(ctx context.Context, mine *node.Deployment, after int64) error {
	now := h.s.deployment.Now()
	if !same(now, *mine) {
		return nil // another order came, whose turn is next
	}
	for _, v := range []*deploy.Version{now.Stable, now.Canary} {
		if v == nil {
			continue
		}
		files := v.Pack()
		if err := h.s.packWords(files); err != nil {
			return err
		}
		if err := h.store.Keep(ctx, v.Hash(), files); err != nil {
			return err
		}
	}
	id, err := h.store.Add(ctx, *mine, after)
	if errors.Is(err, node.ErrChanged) {
		return nil // the next look tells which of the two is the later
	}
	if err != nil {
		return err
	}
	h.settle(id, mine)
	h.s.log.Info("deployed on all nodes", "version", mine.Hash[:12], "what", mine.What, "by", mine.By)
	return nil
}

// adopt lets serve what another node has ordered, instead of what gave way to it.
func (h *sharing) adopt(ctx context.Context, latest node.Deployment, gave *node.Deployment) error {
	history, err := h.store.History(ctx, shownHistory)
	if err != nil {
		return err
	}
	to := deploy.Decision{Stable: latest.Stable, Canary: latest.Canary, Percent: latest.Share}
	for _, d := range history {
		c := deploy.Change{At: time.UnixMilli(d.At).UTC(), What: d.What, Hash: d.Hash, Percent: d.Percent, By: d.By}
		if d.Node != h.name() {
			c.Node = d.Node
		}
		to.History = append(to.History, c)
	}
	for _, version := range []string{latest.Stable, latest.Canary} {
		if err := h.s.fetchWords(ctx, version); err != nil {
			return err // the next look tries again
		}
	}
	if err := h.s.follow(to); err != nil {
		h.mu.Lock()
		first := h.failed != latest.ID
		h.failed, h.retry = latest.ID, h.s.o.Now().Add(retryAfter)
		h.mu.Unlock()
		if first && !db.IsUnavailable(err) {
			h.s.log.Error("what another node has deployed cannot serve here; the old version goes on", "version",
				latest.Hash[:12],
				"node", latest.Node, "error", err)
		}
		return nil
	}
	h.settle(latest.ID, gave)
	h.s.log.Info("deployed, as on another node", "version", latest.Hash[:12], "what", latest.What, "node", latest.Node,
		"by", latest.By)
	return nil
}

// settle notes the change that is in force here, and the order that is done with.
func (h *sharing) settle(id int64, done *node.Deployment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.memory.Seen, h.failed = id, 0
	if h.memory.Mine == done {
		h.memory.Mine = nil
	}
	h.remember()
}

// behind tells whether this node serves something else than the others, as far as it knows.
func (h *sharing) behind() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed != 0 || h.memory.Mine != nil
}

// pause waits, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
