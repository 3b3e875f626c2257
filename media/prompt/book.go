package prompt

import (
	"strings"
	"time"

	"rexian/media/rtp"
)

// book is what can be said in one language: a tree of words in which a path that ends in a sound is a recording. It is
// built once and never changed, so that any number of calls read it without a lock.
//
// A text is put together from recordings as a shortest way through its words: first as few unknown words as possible,
// then as few recordings, for every joint is heard; of equal ways the one with the longer piece first. Taking the
// longest piece at each place (greedy) would be simpler and would fail where a long piece swallows the beginning of the
// next.
type book struct {
	words  map[string]int32 // number of each word that occurs in a recording
	steps  map[step]int32   // the tree: from a node by a word to a node; node 0 is the root
	sounds []*rtp.Sound     // by node; nil where no recording ends
	texts  map[string]*rtp.Sound
	whole  map[string][]rtp.Clip // what Say answers for a text that is one recording as it stands
}

type step struct{ node, word int32 }

func newBook() *book {
	return &book{
		words: map[string]int32{}, steps: map[step]int32{}, sounds: []*rtp.Sound{nil},
		texts: map[string]*rtp.Sound{}, whole: map[string][]rtp.Clip{},
	}
}

// add makes a recording known; a later one of the same words takes the earlier one's place.
func (b *book) add(text string, sound *rtp.Sound) {
	list := phrase(text)
	if len(list) == 0 {
		return
	}
	node := int32(0)
	for _, t := range list {
		id, known := b.words[t.text]
		if !known {
			id = int32(len(b.words))
			b.words[t.text] = id
		}
		next, known := b.steps[step{node, id}]
		if !known {
			next = int32(len(b.sounds))
			b.sounds = append(b.sounds, nil)
			b.steps[step{node, id}] = next
		}
		node = next
	}
	b.sounds[node] = sound
	b.texts[text] = sound
}

// finish prepares the answers for texts that are recordings as they stand. Nothing is added after it.
func (b *book) finish() {
	for text := range b.texts {
		b.whole[text], _ = b.compose(text)
	}
}

// costs of a way: an unknown word outweighs any number of recordings a text can have.
const costUnknown = 1 << 20

// way is the best continuation from one word on.
type way struct {
	cost  int64
	next  int // index of the word after the piece
	sound *rtp.Sound
}

// compose puts a text together. missing lists the parts nothing is known for; each is a short silence among the clips.
func (b *book) compose(text string) (clips []rtp.Clip, missing []string) {
	text = strings.ToValidUTF8(text, "")
	list := tokens(text)
	if len(list) == 0 {
		return nil, nil
	}
	clips, missing = assemble(text, list, b.ways(list))
	if last := &clips[len(clips)-1]; last.Sound == nil && list[len(list)-1].pause > 0 {
		last.Silence = min(last.Silence, pauseEnd)
	}
	return clips, missing
}

// ways finds the best way from every word to the end, beginning at the end.
func (b *book) ways(list []token) []way {
	best := make([]way, len(list)+1)
	ids := make([]int32, len(list))
	for i, t := range list {
		id, known := b.words[t.text]
		if !known {
			id = -1
		}
		ids[i] = id
	}
	for i := len(list) - 1; i >= 0; i-- {
		best[i] = way{cost: best[i+1].cost + costUnknown, next: i + 1}
		if list[i].pause > 0 {
			best[i].cost = best[i+1].cost
			continue // no recording begins with a breath
		}
		node, known := int32(0), true
		for j := i; j < len(list) && ids[j] >= 0; j++ {
			if node, known = b.steps[step{node, ids[j]}]; !known {
				break
			}
			if s := b.sounds[node]; s != nil && best[j+1].cost+1 <= best[i].cost {
				best[i] = way{cost: best[j+1].cost + 1, next: j + 1, sound: s}
			}
		}
	}
	return best
}

// missingSilence stands for a part that cannot be said.
const missingSilence = 200 * time.Millisecond

// assemble follows the best way from the first word.
func assemble(text string, list []token, best []way) (clips []rtp.Clip, missing []string) {
	unknownFrom := -1
	flush := func(to int) {
		if unknownFrom >= 0 {
			missing = append(missing, strings.TrimSpace(text[list[unknownFrom].from:list[to-1].to]))
			clips = append(clips, rtp.Clip{Silence: missingSilence})
			unknownFrom = -1
		}
	}
	for i := 0; i < len(list); i = best[i].next {
		switch {
		case best[i].sound != nil:
			flush(i)
			clips = append(clips, rtp.Clip{Sound: best[i].sound})
		case list[i].pause > 0:
			flush(i)
			clips = append(clips, rtp.Clip{Silence: list[i].pause})
		case unknownFrom < 0:
			unknownFrom = i
		}
	}
	flush(len(list))
	return clips, missing
}
