package prove

import "slices"

// components gives the sets of points that lead to each other, by Tarjan's way without recursion: a set comes after
// those it leads to. next gives the points that one leads to. round tells whether a set has a way round: it has several
// points, or one that leads to itself. A set is good until the next one.
func components(points int, next func(int, func(int)), give func(part []int, round bool)) {
	const none = -1
	order, low := make([]int32, points), make([]int32, points)
	on := make([]bool, points)
	for i := range order {
		order[i] = none
	}
	// What each point leads to, one after the other: those of p stand from from[p] to from[p+1].
	from, to := make([]int32, points+1), make([]int32, 0, 2*points)
	add := func(q int) { to = append(to, int32(q)) }
	for p := range points {
		next(p, add)
		from[p+1] = int32(len(to))
	}
	at := append([]int32(nil), from[:points]...) // how far each has been followed
	stack, path := make([]int32, 0, points), make([]int32, 0, points)
	var part []int
	count := int32(0)
	enter := func(p int32) {
		order[p], low[p] = count, count
		count++
		on[p] = true
		stack, path = append(stack, p), append(path, p)
	}
	for p := range points {
		if order[p] != none {
			continue
		}
		enter(int32(p))
		for len(path) > 0 {
			done := path[len(path)-1]
			if at[done] < from[done+1] {
				q := to[at[done]]
				at[done]++
				if order[q] == none {
					enter(q)
				} else if on[q] {
					low[done] = min(low[done], order[q])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1]
				low[up] = min(low[up], low[done])
			}
			if low[done] != order[done] {
				continue
			}
			part = part[:0]
			for {
				q := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				on[q] = false
				part = append(part, int(q))
				if q == done {
					break
				}
			}
			give(part, len(part) > 1 || slices.Contains(to[from[done]:from[done+1]], done))
		}
	}
}

// shortest is a shortest way round from a point to itself, without its return to it.
func shortest(start int, next func(int, func(int))) []int {
	by := map[int]int{}
	queue := []int{start}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		closed := false
		next(p, func(q int) {
			if q == start {
				closed = true
			} else if _, seen := by[q]; !seen {
				by[q] = p
				queue = append(queue, q)
			}
		})
		if closed {
			path := []int{p}
			for p != start {
				p = by[p]
				path = append([]int{p}, path...)
			}
			return path
		}
	}
	return nil
}
