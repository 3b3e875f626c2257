//go:build announce

package announce

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"rexian/media/announce/lab"
)

var update = flag.Bool("update", false, "write shipped.bin anew")

// raws is what a sound is printed from, one for each 40 ms, from its first voice to its last.
func raws(pcm []int16) (list [][stacked]float32) {
	var p printer
	first, last := -1, 0
	told := func(x *[stacked]float32, voice bool) {
		if voice {
			if first < 0 {
				first = len(list)
			}
			last = len(list) + 1
		}
		list = append(list, *x)
	}
	p.write(pcm, told)
	p.write(make([]int16, rate/2), told)
	if first < 0 {
		return nil
	}
	return list[first:last]
}

// sayings are sentences by voices, made once in a run.
var sayings sync.Map

func speak(t testing.TB, s lab.Sentence, voice string, speed int) []int16 {
	key := fmt.Sprint(s.Name, "|", voice, "|", speed)
	if v, ok := sayings.Load(key); ok {
		return v.([]int16)
	}
	pcm, err := lab.Speak(s, voice, speed)
	if err != nil {
		t.Fatal(err)
	}
	sayings.Store(key, pcm)
	return pcm
}

const kinds = 5

// aligned is for each frame of a the frame of b that goes with it: dynamic time warping of whole sentences.
func aligned[T any](a, b []T, distance func(x, y *T) float64) []int {
	n, m := len(a), len(b)
	cost := make([][]float64, n)
	from := make([][]int8, n)
	for i := range a {
		cost[i], from[i] = make([]float64, m), make([]int8, m)
		for j := range b {
			d := distance(&a[i], &b[j])
			best, way := math.Inf(1), int8(0)
			if i == 0 && j == 0 {
				best = 0
			}
			if i > 0 && j > 0 && cost[i-1][j-1] < best {
				best, way = cost[i-1][j-1], 1
			}
			if i > 0 && cost[i-1][j]+d < best {
				best, way = cost[i-1][j]+d, 2
			}
			if j > 0 && cost[i][j-1]+d < best {
				best, way = cost[i][j-1]+d, 3
			}
			cost[i][j], from[i][j] = best+d, way
		}
	}
	out := make([]int, n)
	for i, j := n-1, m-1; i >= 0 && j >= 0; {
		out[i] = j
		switch from[i][j] {
		case 1:
			i, j = i-1, j-1
		case 2:
			i--
		case 3:
			j--
		default:
			i = -1
		}
	}
	return out
}

type scatter struct {
	n    float64
	sum  [stacked]float64
	prod [stacked][stacked]float64
}

// TestReferences makes what is shipped: the map and the references, of the voices that are taught.
func TestReferences(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	r := rand.New(rand.NewPCG(1, 2))
	type said struct {
		plain, clean [][stacked]float32
		bad          [kinds][][stacked]float32
	}
	all := make([][]said, len(lab.Sentences))
	for i, s := range lab.Sentences {
		for _, v := range lab.Taught {
			pcm := speak(t, s, v, 165)
			x := said{clean: raws(pcm)}
			for k := range kinds {
				x.bad[k] = whole(lab.Spoil(pcm, k, r))
			}
			x.plain = whole(pcm)
			all[i] = append(all[i], x)
		}
	}
	euclid := func(x, y *[stacked]float32) float64 {
		d := 0.0
		for i := range x {
			d += float64(x[i]-y[i]) * float64(x[i]-y[i])
		}
		return math.Sqrt(d)
	}
	m := &model{}
	dist := euclid
	for round := range 1 {
		var within [stacked][stacked]float64
		var wn float64
		var means [][stacked]float64
		for i := range all {
			base := all[i][0].plain
			for range base {
				means = append(means, [stacked]float64{})
			}
			at := len(means) - len(base)
			counts := make([]float64, len(base))
			var members [][]*[stacked]float32 = make([][]*[stacked]float32, len(base))
			for _, x := range all[i] {
				way := aligned(base, x.plain, dist)
				for f, g := range way {
					for k := range kinds {
						if g < len(x.bad[k]) {
							members[f] = append(members[f], &x.bad[k][g])
						}
					}
					members[f] = append(members[f], &x.plain[g])
				}
			}
			for f, list := range members {
				mean := &means[at+f]
				for _, v := range list {
					for d := range v {
						mean[d] += float64(v[d])
					}
				}
				counts[f] = float64(len(list))
				for d := range mean {
					mean[d] /= counts[f]
				}
				for _, v := range list {
					for d := range v {
						a := float64(v[d]) - mean[d]
						for e := 0; e <= d; e++ {
							within[d][e] += a * (float64(v[e]) - mean[e])
						}
					}
				}
				wn += counts[f]
			}
		}
		m = discriminant(within, wn, means)
		t.Logf("round %d", round)
	}
	var refs []Reference
	for i, s := range lab.Sentences {
		base := all[i][0].clean
		sums := make([][Dims]float64, len(base))
		for _, x := range all[i] {
			for f, g := range aligned(base, x.clean, dist) {
				var p Frame
				m.print(&x.clean[g], &p)
				for d := range p {
					sums[f][d] += float64(p[d])
				}
			}
		}
		ref := Reference{Class: s.Class, Name: s.Name, Frames: make([]Frame, len(base))}
		for f := range sums {
			for d := range sums[f] {
				ref.Frames[f][d] = int8(math.Round(sums[f][d] / float64(len(all[i]))))
			}
		}
		refs = append(refs, ref)
	}
	if err := os.WriteFile("shipped.bin", packed(m, refs), 0o644); err != nil {
		t.Fatal(err)
	}
}

// whole is raws without the ends cut off.
func whole(pcm []int16) (list [][stacked]float32) {
	var p printer
	told := func(x *[stacked]float32, _ bool) { list = append(list, *x) }
	p.write(pcm, told)
	p.write(make([]int16, rate/2), told)
	return list
}

// discriminant is the map that leaves most between the classes and least within, each number with a deviation of 8
// within.
func discriminant(within [stacked][stacked]float64, n float64, means [][stacked]float64) *model {
	sym := func(a *[stacked][stacked]float64) [][]float64 {
		out := make([][]float64, stacked)
		for i := range out {
			out[i] = make([]float64, stacked)
		}
		for i := range out {
			for j := range i + 1 {
				out[i][j], out[j][i] = a[i][j], a[i][j]
			}
		}
		return out
	}
	sw := sym(&within)
	for i := range sw {
		for j := range sw {
			sw[i][j] /= n
		}
		sw[i][i] += 0.05
	}
	var centre [stacked]float64
	for _, m := range means {
		for d := range m {
			centre[d] += m[d] / float64(len(means))
		}
	}
	var between [stacked][stacked]float64
	for _, m := range means {
		for d := range m {
			for e := 0; e <= d; e++ {
				between[d][e] += (m[d] - centre[d]) * (m[e] - centre[e]) / float64(len(means))
			}
		}
	}
	val, vec := jacobi(sw)
	w := make([][]float64, stacked) // whitening: rows
	for i := range w {
		w[i] = make([]float64, stacked)
		for j := range w[i] {
			w[i][j] = vec[j][i] / math.Sqrt(val[i])
		}
	}
	sb := sym(&between)
	white := mul(mul(w, sb), turned(w))
	val, vec = jacobi(white)
	order := make([]int, stacked)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if val[a] > val[b] {
			return -1
		}
		return 1
	})
	m := &model{}
	for d := range centre {
		m.mean[d] = float32(centre[d])
	}
	for d := range Dims {
		for j := range stacked {
			sum := 0.0
			for k := range stacked {
				sum += vec[k][order[d]] * w[k][j]
			}
			m.rows[d][j] = float32(8 * sum)
		}
		fmt.Printf("%.1f ", val[order[d]])
	}
	fmt.Println()
	return m
}

func turned(a [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range out {
		out[i] = make([]float64, len(a))
		for j := range a {
			out[i][j] = a[j][i]
		}
	}
	return out
}

func mul(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range out {
		out[i] = make([]float64, len(a))
		for k := range a {
			for j := range a {
				out[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return out
}

// jacobi is the eigenvalues of a symmetric matrix and its eigenvectors, in columns.
func jacobi(in [][]float64) ([]float64, [][]float64) {
	n := len(in)
	a, v := make([][]float64, n), make([][]float64, n)
	for i := range a {
		a[i], v[i] = slices.Clone(in[i]), make([]float64, n)
		v[i][i] = 1
	}
	for range 60 {
		off := 0.0
		for p := range n {
			for q := p + 1; q < n; q++ {
				off += a[p][q] * a[p][q]
				if math.Abs(a[p][q]) < 1e-14 {
					continue
				}
				theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
				t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
				if theta < 0 {
					t = -t
				}
				c := 1 / math.Sqrt(t*t+1)
				s := t * c
				for k := range n {
					x, y := a[k][p], a[k][q]
					a[k][p], a[k][q] = c*x-s*y, s*x+c*y
				}
				for k := range n {
					x, y := a[p][k], a[q][k]
					a[p][k], a[q][k] = c*x-s*y, s*x+c*y
				}
				for k := range n {
					x, y := v[k][p], v[k][q]
					v[k][p], v[k][q] = c*x-s*y, s*x+c*y
				}
			}
		}
		if off < 1e-18 {
			break
		}
	}
	val := make([]float64, n)
	for i := range val {
		val[i] = a[i][i]
	}
	return val, v
}
