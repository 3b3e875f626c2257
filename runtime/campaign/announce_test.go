package campaign_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"rexian/media/announce/lab"
	"rexian/media/audio"
	"rexian/runtime/campaign"
	"rexian/runtime/exchange"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// early is an announcement as bad lines bring it, in A-law.
func early(t *testing.T, file string, r *rand.Rand) (clips [][]byte) {
	t.Helper()
	b, err := os.ReadFile("../../media/announce/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range lab.Lines {
		pcm := lab.Early(lab.Spoil(audio.PCMA.Decode(nil, b), line, r), r)
		clips = append(clips, audio.PCMA.Encode(nil, pcm))
	}
	return clips
}

// TestUnknownAnnouncementsGetNames: three announcements that nobody knows are heard before fifty calls each, on
// PostgreSQL before ten. They sort themselves, and with three names all of these calls end otherwise and their targets
// are planned anew, as a look before had said.
func TestUnknownAnnouncementsGetNames(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	clips := [][][]byte{early(t, "powered_off.m3.al", r), early(t, "suspended.f4.al", r), early(t, "-贸易公司.m3.al", r)}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		each := int64(50)
		if d.Engine() == db.Postgres {
			each = 10
		}
		all := int(3 * each)
		o := newOffice(t, d, declared("催缴", "并发 50路 最多 3次 重拨 无人接听 隔 1天, 关机 隔 4小时, 停机 隔 3天"))
		o.targets = numbers(all + 3)
		o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
			i := number(out.To)
			e := exchange.Ended{Outcome: "no_answer", SIP: 480}
			if i < all {
				list := clips[i%3]
				e.Early = exchange.Evidence{Spoke: true, Clip: list[i/3%len(list)]}
			}
			return e, nil
		}
		o.speed = 20
		e := o.node("a", "1")
		start(t, e, "催缴")
		s := status(t, e, "催缴", func(s campaign.Status, states map[string]int64) bool {
			return states[store.Waiting] == int64(all+3) && o.calls() == all+3 && s.Live == 0
		})
		kinds := settled(t, e, 3*each)
		if len(kinds) != 3 || kinds[0].N != each || kinds[1].N != each || kinds[2].N != each {
			t.Fatalf("kinds: %+v", kinds)
		}
		for i, want := range []struct {
			class, name string
			pause       time.Duration
			more        campaign.Learned
		}{
			{"powered_off", "已关机", 4 * time.Hour, campaign.Learned{Sooner: each}},
			{"suspended", "已停机", 72 * time.Hour, campaign.Learned{Later: each}},
			{"vacant_number", "空号", 0, campaign.Learned{GivenUp: each}},
		} {
			n := campaign.Naming{Kin: kin(t, d, s.ID, i), Class: want.class, Name: want.name, By: "test", Dry: true}
			before, err := e.Name(t.Context(), n)
			if err != nil || outcomes(t, d, want.class) != 0 {
				t.Fatalf("a look at %s changes %d attempts, %v", want.name, outcomes(t, d, want.class), err)
			}
			n.Dry = false
			after, err := e.Name(t.Context(), n)
			if err != nil || after.Attempts != each || after.Targets != each || after.Sooner != want.more.Sooner ||
				after.Later != want.more.Later || after.GivenUp != want.more.GivenUp || len(after.Moves) != 1 ||
				after.Moves[0] != (campaign.Move{From: "no_answer", To: want.class, N: each}) {
				t.Errorf("%s: %+v, %v", want.name, after, err)
			}
			if before.Sooner != after.Sooner || before.Later != after.Later || before.GivenUp != after.GivenUp ||
				before.Attempts != after.Attempts {
				t.Errorf("%s was foretold as %+v and is %+v", want.name, before, after)
			}
			if _, err := e.Name(t.Context(), n); !errors.Is(err, store.ErrNoCluster) {
				t.Errorf("a second name: %v", err)
			}
			planned(t, d, s.ID, i, all, want.class, want.pause)
		}
		if kinds = settled(t, e, 0); len(kinds) != 0 {
			t.Errorf("unknown still: %+v", kinds)
		}
		planned(t, d, s.ID, all, 0, "no_answer", 24*time.Hour)
	})
}

// number is the place of a target in the list of numbers.
func number(phone string) (i int) {
	for _, c := range phone[3:] {
		i = 10*i + int(c-'0')
	}
	return i
}

// settled are the kinds of unknown announcements once so many calls are sorted.
func settled(t *testing.T, e *campaign.Engine, calls int64) (kinds []store.Cluster) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var err error
		if kinds, err = e.Unknown(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for _, k := range kinds {
			n += k.N
		}
		if n == calls {
			return kinds
		}
	}
	t.Fatalf("they are not sorted: %+v", kinds)
	return nil
}

// kin is the kind of unknown announcements that was heard by a target.
func kin(t *testing.T, d *db.DB, run string, ordinal int) (kin string) {
	t.Helper()
	if err := d.Get(t.Context(), &kin, `SELECT e.kin FROM campaign_early e JOIN campaign_attempts a
		ON a.call_id = e.call_id WHERE a.run = ? AND a.ordinal = ?`, run, ordinal); err != nil {
		t.Fatal(err)
	}
	return kin
}

func outcomes(t *testing.T, d *db.DB, outcome string) (n int) {
	t.Helper()
	if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM campaign_attempts WHERE outcome = ?`, outcome); err != nil {
		t.Fatal(err)
	}
	return n
}

// planned looks at every third target from the given one on, to another one, or at all from it on if that is 0: how its
// attempt ended, and when it is called again; a pause of 0 is never.
func planned(t *testing.T, d *db.DB, run string, from, to int, outcome string, pause time.Duration) {
	t.Helper()
	var list []struct {
		Ordinal int    `db:"ordinal"`
		State   string `db:"state"`
		Due     int64  `db:"due_at"`
		Ended   int64  `db:"ended_at"`
		Outcome string `db:"outcome"`
		Counted int64  `db:"counted"`
	}
	if err := d.Select(t.Context(), &list, `SELECT t.ordinal, t.state, t.due_at, t.counted, a.ended_at, a.outcome
		FROM campaign_targets t JOIN campaign_attempts a ON a.run = t.run AND a.ordinal = t.ordinal WHERE t.run = ?
		AND t.ordinal >= ? ORDER BY t.ordinal`, run, from); err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if to > 0 && (x.Ordinal >= to || x.Ordinal%3 != from%3) {
			continue
		}
		state := store.Waiting
		if pause == 0 {
			state = store.Over
		}
		if x.Outcome != outcome || x.State != state || x.Counted != 1 ||
			pause > 0 && x.Due != x.Ended+pause.Milliseconds() {
			t.Errorf("%+v, want %s and %s after %s", x, outcome, state, pause)
		}
	}
}

// TestARecordingNamesWhatWasHeard: a recording that a bureau brings names the unknown announcements that it is.
func TestARecordingNamesWhatWasHeard(t *testing.T) {
	clips := early(t, "-贸易公司.m3.al", rand.New(rand.NewPCG(1, 1)))
	o := newOffice(t, dbtest.SQLite(t), declared("催缴", "并发 5路 最多 3次 重拨 无人接听 隔 1天"))
	o.targets = numbers(4)
	o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
		return exchange.Ended{Outcome: "no_answer", Early: exchange.Evidence{Spoke: true,
			Clip: clips[number(out.To)%len(clips)]}}, nil
	}
	o.speed = 20
	e := o.node("a", "1")
	start(t, e, "催缴")
	settled(t, e, 4)
	b, err := os.ReadFile("../../media/announce/testdata/-贸易公司.m3.al")
	if err != nil {
		t.Fatal(err)
	}
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, 1, audio.PCMA.Decode(nil, b)); err != nil {
		t.Fatal(err)
	}
	n := campaign.Naming{File: "a.wav", Sound: wav.Bytes(), Class: "ringback", Name: "彩铃", By: "test"}
	for want, bad := range map[error]campaign.Naming{campaign.ErrClass: {Sound: n.Sound, Class: "没有", Name: "a"},
		campaign.ErrSound:  {File: "a.wav", Sound: []byte("RIFF"), Class: "busy", Name: "a"},
		campaign.ErrNoName: {File: "a.wav", Sound: n.Sound, Class: "busy"}} {
		if _, err := e.Name(t.Context(), bad); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	got, err := e.Name(t.Context(), n) // music says nothing of a call: only its name is known now
	if err != nil || got.Kinds != 1 || got.Attempts != 4 || got.Same != 4 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := e.Name(t.Context(), n); !errors.Is(err, campaign.ErrNamed) {
		t.Errorf("the same once more: %v", err)
	}
	if kinds := settled(t, e, 0); len(kinds) > 0 {
		t.Errorf("%+v", kinds)
	}
}
