package exchange

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/runtime/session"
)

// playTime is how long a caller may wait for the beginning of a recording that is played: what was said a moment ago is
// still on its way to the disk.
const playTime = 5 * time.Second

// playback keeps what a call plays in order where a recording stands among it, which is read elsewhere: a call does not
// wait for a disk. Its methods are called on the call's goroutine.
type playback struct {
	c      *telephone
	queue  []session.Sound       // the first is a recording that is being read; what follows it waits
	turn   int                   // counts Silence: what was read for an earlier turn is not played
	spoken map[string]*recording // what the call has recorded in steps
}

// made notes what the caller said to a step, so that it can be played when it is on the disk.
func (p *playback) made(r *recording) {
	if p.spoken == nil {
		p.spoken = map[string]*recording{}
	}
	p.spoken[r.ID] = r
}

// play hands a sound to the stream, behind the recordings that are being read.
func (p *playback) play(s session.Sound) {
	if len(p.queue) == 0 && s.Recorded == "" {
		p.c.stream.Play(p.c.item(s))
		return
	}
	p.queue = append(p.queue, s)
	if len(p.queue) == 1 {
		p.read()
	}
}

// silence forgets what waits.
func (p *playback) silence() {
	p.turn++
	p.queue = nil
}

// read has the first of the queue read, and plays it and what follows it.
func (p *playback) read() {
	turn, s := p.turn, p.queue[0]
	var written <-chan struct{}
	if r := p.spoken[s.Recorded]; r != nil {
		written = r.rec.Done()
	}
	from := p.c.x.o.Recordings
	go func() {
		sound, err := from.sound(s.Recorded, written)
		p.c.box.put(post{do: func() {
			if turn != p.turn {
				return
			}
			if err != nil {
				p.c.log.Error("a recording is not played", "recording", s.Recorded, "error", err)
			}
			item := rtp.Item{ID: s.ID}
			if sound != nil {
				item.Clips = []rtp.Clip{{Sound: sound}}
			}
			p.c.stream.Play(item)
			p.next()
		}})
	}()
}

// next plays what waited for the recording that is first in the queue, up to another one.
func (p *playback) next() {
	for p.queue = p.queue[1:]; len(p.queue) > 0; p.queue = p.queue[1:] {
		if p.queue[0].Recorded != "" {
			p.read()
			return
		}
		p.c.stream.Play(p.c.item(p.queue[0]))
	}
}

var recordingID = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})-[0-9a-f]{12}-\d{1,9}$`)

// fileOf is where a recording lies in the folder of recordings; "" if no recording has that id.
func fileOf(id string) string {
	m := recordingID.FindStringSubmatch(id)
	if m == nil {
		return ""
	}
	return filepath.Join(m[1], m[2], m[3], id+".wav")
}

var (
	errNoRecordings = errors.New("this server keeps no recordings")
	errUnwritten    = errors.New("it is not on the disk yet")
)

// mostPlayed bounds what is read of a recording: a quarter of an hour in 16 bit and two channels.
const mostPlayed = 32 << 20

// sound reads a recording as it is played: without the silence around what was said. written is closed when it is on
// the disk; nil if it is since long.
func (r *Recordings) sound(id string, written <-chan struct{}) (*rtp.Sound, error) {
	if r == nil {
		return nil, errNoRecordings
	}
	name := fileOf(id)
	if name == "" {
		return nil, fmt.Errorf("%q is no recording", id)
	}
	if written != nil {
		late := time.NewTimer(playTime)
		defer late.Stop()
		select {
		case <-written:
		case <-late.C:
			return nil, errUnwritten
		}
	}
	f, err := os.Open(filepath.Join(r.dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostPlayed))
	if err != nil {
		return nil, err
	}
	clip, err := audio.ReadWAV(b)
	if err != nil {
		return nil, err
	}
	pcm := trimmed(mixed(clip))
	return &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}, nil
}

// mixed is a recording in one channel, sample by sample as it was made: of a call, what both said.
func mixed(clip audio.Clip) []int16 {
	if clip.Channels == 1 {
		return clip.Samples
	}
	pcm := make([]int16, len(clip.Samples)/clip.Channels)
	for i := range pcm {
		sum := 0
		for _, s := range clip.Samples[i*clip.Channels : (i+1)*clip.Channels] {
			sum += int(s)
		}
		pcm[i] = int16(min(max(sum, math.MinInt16), math.MaxInt16))
	}
	return pcm
}

// Speech is told from silence by 20 ms with a mean of loud or more; quietAround stays before and after it.
const (
	loud        = 150
	quietAround = audio.Rate / 5
)

// trimmed leaves out the silence before and after what was said: a caller who is to hear the recording would wait for
// as long as the machine waited for another word.
func trimmed(pcm []int16) []int16 {
	const frame = audio.Rate / 50
	first, last := -1, 0
	for at := 0; at+frame <= len(pcm); at += frame {
		sum := 0
		for _, s := range pcm[at : at+frame] {
			sum += max(int(s), -int(s))
		}
		if sum < loud*frame {
			continue
		}
		if first < 0 {
			first = at
		}
		last = at + frame
	}
	if first < 0 {
		return pcm
	}
	return pcm[max(first-quietAround, 0):min(last+quietAround, len(pcm))]
}
