package survey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// The errors of comparing versions.
var (
	ErrNoVersion = errors.New("there is no such version of the survey")
	ErrQuestion  = errors.New("the question is not the same in both versions")
)

// Difference is how an answer's share differs between two versions: Second's less First's.
type Difference struct {
	Question, Answer string
	First, OfFirst   int64 // times it was given, of answers to the question
	Second, OfSecond int64
	Share            float64 // the difference
	Low, High        float64 // at 95 %, by Newcombe's method from Wilson's intervals (Stat. Med. 17, 1998)
	Certain          bool    // no difference lies outside of them
}

// Comparison is two versions of a survey beside each other.
type Comparison struct {
	First, Second int64
	Differences   []Difference
	Refused       []string // questions that one version has otherwise, or not at all: they are not compared
}

// Compare compares the answers to two versions of a survey, all questions or one of them. Only a question that has the
// same words, answers and bounds in both is compared: ErrQuestion if there is none, or if it is the one that was asked
// for.
func (s *Store) Compare(ctx context.Context, name string, first, second int64, question string) (Comparison, error) {
	out := Comparison{First: first, Second: second}
	a, err := s.questions(ctx, name, first)
	if err != nil {
		return out, err
	}
	b, err := s.questions(ctx, name, second)
	if err != nil {
		return out, err
	}
	same := map[string]bool{}
	for _, q := range append(a.names, b.names...) {
		if question != "" && q != question || same[q] {
			continue
		}
		if a.of[q] != "" && a.of[q] == b.of[q] {
			same[q] = true
		} else if !has(out.Refused, q) {
			out.Refused = append(out.Refused, q)
		}
	}
	if len(same) == 0 {
		return out, ErrQuestion
	}
	x, _, _, err := s.Statistics(ctx, name, first)
	if err != nil {
		return out, err
	}
	y, _, _, err := s.Statistics(ctx, name, second)
	if err != nil {
		return out, err
	}
	out.Differences = differences(x, y, same)
	return out, nil
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// asked are the questions of a version, as they were asked.
type asked struct {
	names []string
	of    map[string]string
}

func (s *Store) questions(ctx context.Context, name string, version int64) (asked, error) {
	out := asked{of: map[string]string{}}
	list, err := s.Versions(ctx, name, 1000)
	if err != nil {
		return out, err
	}
	for _, v := range list {
		if v.Version != version {
			continue
		}
		var questions []json.RawMessage
		if err := json.Unmarshal([]byte(v.Definition), &questions); err != nil {
			return out, fmt.Errorf("the questions of version %d: %w", version, err)
		}
		for _, q := range questions {
			var named struct{ Name string }
			if err := json.Unmarshal(q, &named); err != nil {
				return out, fmt.Errorf("a question of version %d: %w", version, err)
			}
			out.names, out.of[named.Name] = append(out.names, named.Name), string(q)
		}
		return out, nil
	}
	return out, ErrNoVersion
}

func differences(x, y []Count, same map[string]bool) (list []Difference) {
	type key struct{ question, answer string }
	at := map[key]int{}
	ofX, ofY := map[string]int64{}, map[string]int64{}
	place := func(c Count) *Difference {
		k := key{c.Question, c.Answer}
		i, ok := at[k]
		if !ok {
			i = len(list)
			at[k] = i
			list = append(list, Difference{Question: c.Question, Answer: c.Answer})
		}
		return &list[i]
	}
	for _, c := range x {
		if same[c.Question] {
			place(c).First = c.N
			ofX[c.Question] += c.N
		}
	}
	for _, c := range y {
		if same[c.Question] {
			place(c).Second = c.N
			ofY[c.Question] += c.N
		}
	}
	for i := range list {
		d := &list[i]
		d.OfFirst, d.OfSecond = ofX[d.Question], ofY[d.Question]
		d.Share, d.Low, d.High = apart(d.First, d.OfFirst, d.Second, d.OfSecond)
		d.Certain = d.Low > 0 || d.High < 0
	}
	return list
}

// apart is how far the share of k2 of n2 is from that of k1 of n1, with its interval at 95 %. Of none it is everything.
func apart(k1, n1, k2, n2 int64) (d, low, high float64) {
	if n1 <= 0 || n2 <= 0 {
		return 0, -1, 1
	}
	p1, p2 := float64(k1)/float64(n1), float64(k2)/float64(n2)
	l1, u1 := Interval(k1, n1)
	l2, u2 := Interval(k2, n2)
	d = p2 - p1
	return d, d - math.Hypot(p2-l2, u1-p1), d + math.Hypot(u2-p2, p1-l1)
}
