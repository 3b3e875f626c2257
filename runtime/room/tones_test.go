package room

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sdp"
)

// How many sequences are played with real sound: make rooms plays 300.
var sequences = flag.Int("sequences", 12, "sequences of operations that TestSoundOfSequences plays")

// The tones of the cast, and the music: none is a harmonic of another.
var pitches = [cast]float64{350, 570, 830, 1310, 1970}

const musicPitch = 2890

// lately keeps the end of a telephone's sound: what it heard and what was said to it.
type lately struct {
	mu          sync.Mutex
	heard, said []int16
}

const window = audio.Rate / 10

func (l *lately) Samples(heard, said []int16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := func(kept, more []int16) []int16 {
		kept = append(kept, more...)
		return kept[max(len(kept)-window, 0):]
	}
	l.heard, l.said = end(l.heard, heard), end(l.said, said)
}

// among says whether a tone is in the sound (Goertzel).
func among(pcm []int16, hz float64) bool {
	c := 2 * math.Cos(2*math.Pi*hz/audio.Rate)
	var a, b float64
	for _, v := range pcm {
		a, b = float64(v)+c*a-b, a
	}
	return len(pcm) == window && 2*math.Sqrt(max(a*a+b*b-c*a*b, 0))/window > 400
}

func tone(hz float64) rtp.Item {
	pcm := audio.Tone([]float64{hz}, -22, time.Second)
	return rtp.Item{Clips: []rtp.Clip{{Sound: &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm),
		ALaw: audio.PCMA.Encode(nil, pcm)}}}}
}

// scene is a room with sound: streams of the server, and the telephones at their other ends, which sing.
type scene struct {
	rules  Room[int]
	sound  *rtp.Room
	ours   [cast]*rtp.Stream
	far    [cast]*rtp.Stream
	ears   [cast]*lately
	record *lately // of the caller's stream, as a recording has it
}

func newScene(e *rtp.Engine) (*scene, error) {
	s := &scene{record: &lately{}}
	open := func() (*rtp.Stream, error) { return e.Open(rtp.Options{}) }
	for i := range cast {
		var err error
		if s.ours[i], err = open(); err != nil {
			return nil, err
		}
		if s.far[i], err = open(); err != nil {
			return nil, err
		}
		m := sdp.Media{Codec: []audio.Codec{audio.PCMA, audio.PCMU}[i%2], Events: 101, Ptime: 20}
		m.Addr = s.far[i].Local()
		if err := s.ours[i].Connect(m); err != nil {
			return nil, err
		}
		m.Addr = s.ours[i].Local()
		if err := s.far[i].Connect(m); err != nil {
			return nil, err
		}
		s.ears[i] = &lately{}
		s.far[i].Tap(s.ears[i])
		s.far[i].Hold(tone(pitches[i]))
	}
	s.ours[caller].Tap(s.record)
	s.sound = s.ours[caller].NewRoom()
	return s, s.rules.Join(caller, Caller)
}

// arrange carries out what the rules say, as the exchange does.
func (s *scene) arrange() error {
	list := s.rules.Parties()
	var streams []*rtp.Stream
	for _, who := range list {
		streams = append(streams, s.ours[who])
	}
	if s.rules.Held(caller) {
		s.ours[caller].Hold(tone(musicPitch))
	} else {
		s.ours[caller].Unhold()
	}
	return s.sound.Arrange(streams, func(i, j int) rtp.Hearing {
		speech, keys := s.rules.Hears(list[i], list[j])
		switch {
		case keys:
			return rtp.SpeechAndKeys
		case speech:
			return rtp.Speech
		}
		return rtp.Deaf
	})
}

// unproved are the facts that the sound has not shown yet: who hears whom, who hears music, what a recording has. Those
// that it shows now are crossed off. On a machine that is busy no moment shows all of them.
func (s *scene) unproved(facts map[string]bool) (left string) {
	prove := func(fact string, shown bool) {
		if shown {
			facts[fact] = true
		}
		if !facts[fact] {
			left = fact
		}
	}
	for who := range cast {
		l := s.ears[who]
		l.mu.Lock()
		heard := append([]int16(nil), l.heard...)
		l.mu.Unlock()
		held := s.rules.Held(who)
		prove(fmt.Sprintf("%s hears music: %v", names[who], held), among(heard, musicPitch) == held)
		for whom := range cast {
			want, _ := s.rules.Hears(who, whom)
			prove(fmt.Sprintf("%s hears %s: %v", names[who], names[whom], want), among(heard, pitches[whom]) == want)
		}
	}
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	prove("the caller is in the recording", among(s.record.heard, pitches[caller]))
	for whom := range cast {
		want, _ := s.rules.Hears(caller, whom)
		prove(fmt.Sprintf("%s is in the recording: %v", names[whom], want), among(s.record.said, pitches[whom]) == want)
	}
	return left
}

// play carries out a sequence and returns what was not so after a step.
func (s *scene) play(sequence []int) string {
	var done []string
	for _, i := range sequence {
		done = append(done, ops[i].name)
		_ = ops[i].do(&s.rules) // what cannot be done changes nothing
		if err := s.arrange(); err != nil {
			return err.Error()
		}
		time.Sleep(120 * time.Millisecond) // what was heard before is forgotten
		facts := map[string]bool{}
		left := s.unproved(facts)
		for end := time.Now().Add(20 * time.Second); left != "" && time.Now().Before(end); left = s.unproved(facts) {
			time.Sleep(20 * time.Millisecond)
		}
		if left != "" {
			return "not so: " + left + ", after: " + strings.Join(done, ", ")
		}
	}
	return ""
}

// Sequences of the twelve operations with real sound over real sockets: each sings a tone of its own, and each hears
// those whom the rules name and nobody else. The recording has what the caller says and hears. On both drivers.
func TestSoundOfSequences(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 1))
	const together = 6
	for at := 0; at < *sequences; at += together {
		e, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: at/together%2 == 1,
			Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		var playing sync.WaitGroup
		for range min(together, *sequences-at) {
			sequence := make([]int, 5)
			for i := range sequence {
				sequence[i] = rnd.IntN(len(ops))
			}
			s, err := newScene(e)
			if err != nil {
				t.Fatal(err)
			}
			playing.Go(func() {
				if fault := s.play(sequence); fault != "" {
					t.Error(fault)
				}
			})
		}
		playing.Wait()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
