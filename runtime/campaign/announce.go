package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rexian/media/announce"
	"rexian/media/audio"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
)

// The errors of naming announcements.
var (
	ErrClass  = errors.New("there is no such class of announcements")
	ErrSound  = errors.New("nothing is said in the recording, or it cannot be read")
	ErrNamed  = errors.New("this sound has a name already")
	ErrNoName = errors.New("the announcement gets no name")
)

// Early are the bounds of the sounds that are kept of what was heard before calls ended.
type Early struct {
	Days  int
	Bytes int64
}

const (
	// sortsPerTurn is how many unknown announcements are compared in a turn of the engine, sortsAsked how many when
	// somebody asks for them.
	sortsPerTurn = 10
	sortsAsked   = 2000
	// mostKinds is how many kinds of unknown announcements are told apart: of more, those heard most often.
	mostKinds = 100
	// longestSound is how much of a recording is kept, in samples.
	longestSound = 12 * audio.Rate
)

// prints are those of the kinds of unknown announcements, made once.
type prints struct {
	mu sync.Mutex
	of map[string][]announce.Frame // by kin
}

// hear writes down what was heard before an attempt ended without an answer.
func (e *Engine) hear(ctx context.Context, a campaign.Attempt, x exchange.Evidence) {
	if !x.Heard() {
		return
	}
	err := e.o.Store.Hear(context.WithoutCancel(ctx), campaign.Early{CallID: a.CallID, At: a.EndedAt, Tone: x.Tone,
		Class: x.Class, Name: x.Name, Spoke: x.Spoke, Clip: x.Clip})
	if err != nil {
		e.told(ctx, "what was heard before a call ended is not kept", err)
	}
}

func said(alaw []byte) []announce.Frame { return announce.Said(audio.PCMA.Decode(nil, alaw)) }

// print is that of a kind of unknown announcements, of its longest sound; nil if no sound of it is kept.
func (e *Engine) print(ctx context.Context, kin string) ([]announce.Frame, error) {
	if p, ok := e.prints.of[kin]; ok {
		return p, nil
	}
	_, p, err := e.longest(ctx, kin)
	if errors.Is(err, campaign.ErrNoCluster) {
		err = nil
	}
	if err == nil {
		e.prints.of[kin] = p
	}
	return p, err
}

// longest is the sound of a kind in which most is said, with its print.
func (e *Engine) longest(ctx context.Context, kin string) (sound []byte, print []announce.Frame, err error) {
	list, err := e.o.Store.Sounds(ctx, kin, 5)
	for _, b := range list {
		if p := said(b); len(p) > len(print) {
			sound, print = b, p
		}
	}
	return sound, print, err
}

// sort compares unknown announcements with the kinds that there are, at most so many.
func (e *Engine) sort(ctx context.Context, most int) error {
	e.prints.mu.Lock()
	defer e.prints.mu.Unlock()
	list, err := e.o.Store.Unsorted(ctx, min(most, sortsPerTurn))
	if err != nil || len(list) == 0 {
		return err
	}
	kinds, err := e.o.Store.Clusters(ctx, mostKinds)
	if err != nil {
		return err
	}
	if e.prints.of == nil || len(e.prints.of) > 2*mostKinds {
		e.prints.of = map[string][]announce.Frame{}
	}
	for ; len(list) > 0; most -= len(list) {
		for _, x := range list {
			kin, err := e.kin(ctx, x, kinds)
			if err != nil {
				return err
			}
			if err := e.o.Store.Sort(ctx, x.CallID, kin); err != nil {
				return err
			}
			if kin == x.CallID {
				kinds = append(kinds, campaign.Cluster{Kin: kin})
			}
		}
		if most <= len(list) {
			break
		}
		if list, err = e.o.Store.Unsorted(ctx, min(most, sortsPerTurn)); err != nil {
			return err
		}
	}
	return nil
}

// kin is the kind that an unknown announcement is of, itself if it is the first, "" if nothing is said in it.
func (e *Engine) kin(ctx context.Context, x campaign.Early, kinds []campaign.Cluster) (string, error) {
	p := said(x.Clip)
	if p == nil {
		return "", nil
	}
	for _, k := range kinds {
		other, err := e.print(ctx, k.Kin)
		if err != nil {
			return "", err
		}
		if other != nil && announce.Alike(other, p) {
			return k.Kin, nil
		}
	}
	e.prints.of[x.CallID] = p
	return x.CallID, nil
}

// Unknown lists the kinds of announcements that nobody knows, those heard most often first.
func (e *Engine) Unknown(ctx context.Context) ([]campaign.Cluster, error) {
	if err := e.sort(ctx, sortsAsked); err != nil {
		return nil, err
	}
	kinds, err := e.o.Store.Clusters(ctx, mostKinds)
	if err != nil {
		return nil, err
	}
	if merged, err := e.merge(ctx, kinds); err != nil || !merged {
		return kinds, err
	}
	return e.o.Store.Clusters(ctx, mostKinds)
}

// merge joins kinds that sound alike: two nodes may have heard the first of a kind at the same time.
func (e *Engine) merge(ctx context.Context, kinds []campaign.Cluster) (merged bool, err error) {
	e.prints.mu.Lock()
	defer e.prints.mu.Unlock()
	if e.prints.of == nil {
		e.prints.of = map[string][]announce.Frame{}
	}
	gone := map[string]bool{}
	for i, a := range kinds {
		p, err := e.print(ctx, a.Kin)
		if err != nil {
			return merged, err
		}
		for _, b := range kinds[i+1:] {
			q, err := e.print(ctx, b.Kin)
			if err != nil {
				return merged, err
			}
			if gone[a.Kin] || gone[b.Kin] || p == nil || q == nil || !announce.Alike(p, q) {
				continue
			}
			if err := e.o.Store.Join(ctx, b.Kin, a.Kin); err != nil {
				return merged, err
			}
			gone[b.Kin], merged = true, true
		}
	}
	return merged, nil
}

// Sound is how a kind of unknown announcements sounds, A-law of 8,000 samples a second; campaign.ErrNoCluster.
func (e *Engine) Sound(ctx context.Context, kin string) ([]byte, error) {
	b, _, err := e.longest(ctx, kin)
	return b, err
}

// Naming says what an announcement means.
type Naming struct {
	Kin   string // the kind of unknown announcements that gets the name; "": Sound does
	File  string // name of the recording, for its format: WAV or MP3
	Sound []byte
	Class string // of exchange.AnnouncementClasses
	Name  string
	By    string
	Dry   bool // only say what would follow
}

// Move is how many attempts end otherwise now.
type Move struct {
	From, To string
	N        int64
}

// Learned is what follows from naming an announcement.
type Learned struct {
	ID       string // of the announcement
	Kinds    int    // of unknown announcements that it names
	Attempts int64  // behind them
	Moves    []Move // of those, by outcomes
	Targets  int64  // of these attempts
	Sooner   int64  // of the targets, those that are called sooner than was planned
	Later    int64
	Again    int64 // that were given up, and are called again
	GivenUp  int64 // that were to be called again, and are not any more
	Same     int64 // for which nothing changes: they were reached, their run is over, or the plan is the same
	Busy     int64 // that are being called at this moment, so that the call that is on decides
}

// Name gives an announcement its name: what was heard of it before says now how those calls ended, and what follows for
// their targets is decided anew, as if it had been known. With Dry it only says so.
func (e *Engine) Name(ctx context.Context, n Naming) (Learned, error) {
	if !slices.Contains(exchange.AnnouncementClasses(), n.Class) {
		return Learned{}, ErrClass
	}
	if n.Name == "" {
		return Learned{}, ErrNoName
	}
	kinds, err := e.Unknown(ctx)
	if err != nil {
		return Learned{}, err
	}
	a, named, err := e.announcement(ctx, n, kinds)
	if err != nil {
		return Learned{}, err
	}
	out := Learned{ID: a.ID, Kinds: len(named)}
	if !n.Dry {
		if err := e.o.Store.Learn(ctx, a); err != nil {
			if errors.Is(err, db.ErrConflict) {
				err = ErrNamed
			}
			return out, err
		}
		e.o.Logger.Info("an announcement was named", "class", a.Class, "name", a.Name, "by", n.By)
	}
	for _, kin := range named {
		if err := e.reclassify(ctx, kin, n, &out); err != nil {
			return out, err
		}
	}
	if !n.Dry && e.o.Relearn != nil {
		e.o.Relearn(ctx)
	}
	e.stir()
	return out, nil
}

// announcement is the one that gets a name, and the kinds of unknown ones that are it.
func (e *Engine) announcement(ctx context.Context, n Naming,
	kinds []campaign.Cluster) (a campaign.Announcement, named []string, err error) {
	sound, print := []byte(nil), []announce.Frame(nil)
	if n.Kin != "" {
		if sound, print, err = e.longest(ctx, n.Kin); err != nil {
			return a, nil, err
		}
		named = []string{n.Kin}
	} else {
		pcm, err := audio.Import(n.File, n.Sound)
		if err != nil {
			return a, nil, fmt.Errorf("%w: %w", ErrSound, err)
		}
		pcm = pcm[:min(len(pcm), longestSound)]
		sound, print = audio.PCMA.Encode(nil, pcm), announce.Said(pcm)
	}
	if print == nil {
		return a, nil, ErrSound
	}
	if n.Kin == "" {
		e.prints.mu.Lock()
		defer e.prints.mu.Unlock()
		for _, k := range kinds {
			p, err := e.print(ctx, k.Kin)
			if err != nil {
				return a, nil, err
			}
			if p != nil && announce.Alike(print, p) {
				named = append(named, k.Kin)
			}
		}
	}
	id := sha256.Sum256(sound)
	return campaign.Announcement{ID: hex.EncodeToString(id[:6]), Class: n.Class, Name: n.Name, Sound: sound,
		AddedAt: e.now(), AddedBy: n.By}, named, nil
}

// reclassify lets the attempts behind a kind of announcements end as its name says.
func (e *Engine) reclassify(ctx context.Context, kin string, n Naming, out *Learned) error {
	last := campaign.Attempt{}
	for {
		list, err := e.o.Store.OfKin(ctx, kin, last, 500)
		if err != nil || len(list) == 0 {
			return err
		}
		for len(list) > 0 {
			of := 1
			for of < len(list) && list[of].Run == list[0].Run && list[of].Ordinal == list[0].Ordinal {
				of++
			}
			last = list[0]
			if err := e.retarget(ctx, list[:of], n, out); err != nil {
				return err
			}
			list = list[of:]
		}
	}
}

// retarget lets attempts of one target end otherwise, and plans the target anew. One that goes on meanwhile is looked
// at once more.
func (e *Engine) retarget(ctx context.Context, list []campaign.Attempt, n Naming, out *Learned) error {
	for try := 0; ; try++ {
		r, tally, err := e.replan(ctx, list, n)
		if err != nil {
			return err
		}
		if !n.Dry {
			err = e.o.Store.Replan(ctx, r)
		}
		if errors.Is(err, db.ErrConflict) && try < 3 {
			continue
		}
		if err != nil {
			return err
		}
		out.add(tally)
		return nil
	}
}

func (l *Learned) add(x Learned) {
	l.Attempts, l.Targets, l.Sooner, l.Later = l.Attempts+x.Attempts, l.Targets+1, l.Sooner+x.Sooner, l.Later+x.Later
	l.Again, l.GivenUp, l.Same, l.Busy = l.Again+x.Again, l.GivenUp+x.GivenUp, l.Same+x.Same, l.Busy+x.Busy
	for _, m := range x.Moves {
		at := slices.IndexFunc(l.Moves, func(y Move) bool { return y.From == m.From && y.To == m.To })
		if at < 0 {
			l.Moves = append(l.Moves, m)
		} else {
			l.Moves[at].N += m.N
		}
	}
}

// replan decides what becomes of a target some of whose attempts end otherwise than was thought.
func (e *Engine) replan(ctx context.Context, list []campaign.Attempt, n Naming) (r campaign.Replan, tally Learned,
	err error) {
	s := e.o.Store
	r = campaign.Replan{Class: n.Class, Name: n.Name, Outcome: exchange.AnnouncementOutcome(n.Class)}
	for _, a := range list {
		r.Calls = append(r.Calls, a.CallID)
		to := r.Outcome
		if to == "" {
			to = a.Outcome
		}
		tally.add(Learned{Attempts: 1, Moves: []Move{{a.Outcome, to, 1}}})
	}
	tally.Targets = 0
	if r.Before, err = s.Target(ctx, list[0].Run, list[0].Ordinal); err != nil {
		return r, tally, err
	}
	run, err := s.Run(ctx, list[0].Run)
	if err != nil {
		return r, tally, err
	}
	p, ok := e.program(run.Campaign)
	switch {
	case r.Before.State == campaign.Claimed || r.Before.State == campaign.Dialing:
		tally.Busy = 1
		return r, tally, nil
	case !ok || r.Outcome == "" || run.State == campaign.Done || run.State == campaign.Stopped ||
		r.Before.State == campaign.Reached || r.Before.State == campaign.Dropped:
		tally.Same = 1
		return r, tally, nil
	}
	all, err := s.AttemptsOf(ctx, run.ID, r.Before.Ordinal)
	if err != nil {
		return r, tally, err
	}
	old, _ := p.replay(all, nil, "")
	next, h := p.replay(all, r.Calls, r.Outcome)
	r.Plan = next != old || h.Counted != r.Before.Counted || h.Free != r.Before.Free
	r.After = planned(r.Before, next, h, p.campaign.Unreached >= 0)
	switch {
	case next == old:
		tally.Same = 1
	case old.Step == dialer.Over:
		tally.Again = 1
	case next.Step == dialer.Over:
		tally.GivenUp = 1
	case next.At < old.At:
		tally.Sooner = 1
	default:
		tally.Later = 1
	}
	return r, tally, nil
}

// replay goes through the attempts of a target as they ended, those of some calls with another outcome.
func (p program) replay(all []campaign.Attempt, calls []string, outcome string) (next dialer.Next, h dialer.History) {
	same := map[string]int64{}
	for _, a := range all {
		if slices.Contains(calls, a.CallID) {
			a.Outcome = outcome
		}
		if a.EndedAt == 0 || a.Outcome == NotPlaced {
			continue
		}
		same[a.Outcome]++
		h.Same = same[a.Outcome]
		next, h = p.rules.After(a.Number, a.Outcome, h, a.EndedAt)
	}
	return next, h
}

// planned is a target that goes where next says. One for whom all is done stays so unless it is called again.
func planned(t campaign.Target, next dialer.Next, h dialer.History, unreached bool) campaign.Target {
	t.Counted, t.Free = h.Counted, h.Free
	switch {
	case next.Step == dialer.Again:
		t.State, t.DueAt = campaign.Waiting, next.At
	case t.State == campaign.Waiting && unreached:
		t.State = campaign.Closing
	case t.State == campaign.Waiting:
		t.State = campaign.Over
	}
	return t
}

// forgetsEvery is how often is looked for sounds that are kept no longer.
const forgetsEvery = 10 * time.Minute

// tidy sorts some of what nobody knows, and lets go of sounds that are kept no longer.
func (e *Engine) tidy(ctx context.Context) {
	if err := e.sort(ctx, sortsPerTurn); err != nil {
		e.told(ctx, "announcements that nobody knows are not sorted", err)
	}
	now := e.o.Now()
	if e.o.Early.Days <= 0 || now.Sub(e.forgot) < forgetsEvery {
		return
	}
	e.forgot = now
	before := now.AddDate(0, 0, -e.o.Early.Days).UnixMilli()
	if err := e.o.Store.ForgetSounds(ctx, before, e.o.Early.Bytes); err != nil {
		e.told(ctx, "sounds before calls ended are kept longer than they should be", err)
	}
}
