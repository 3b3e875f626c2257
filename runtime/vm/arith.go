package vm

import (
	"math/big"
	"math/bits"

	"rexian/compiler/bundle"
)

// magnitude splits a number into its sign and size; MinInt64 is no exception.
func magnitude(n int64) (neg bool, u uint64) {
	if n < 0 {
		return true, -uint64(n)
	}
	return false, uint64(n)
}

// mulDiv is x*y/z through 128 bits, truncated toward zero, with the size of what is left over. ok is false when z is 0
// or the quotient does not fit.
func mulDiv(x, y, z int64) (n int64, rest uint64, ok bool) {
	nx, ux := magnitude(x)
	ny, uy := magnitude(y)
	nz, uz := magnitude(z)
	hi, lo := bits.Mul64(ux, uy)
	if uz == 0 || hi >= uz {
		return 0, 0, false
	}
	q, rest := bits.Div64(hi, lo, uz)
	if q > 1<<63-1 {
		return 0, 0, false
	}
	n = int64(q)
	if nx != ny != nz {
		n = -n
	}
	return n, rest, true
}

// times is x*k for a k of at most 255; ok is false where it does not fit.
func times(x, k int64) (n int64, ok bool) {
	if uint64(x+1<<55) < 1<<56 {
		return x * k, true
	}
	n, _, ok = mulDiv(x, k, 1)
	return n, ok
}

// product is x*y in millionths where that fits 64 bits before the rounding; ok is false where it does not.
func product(x, y int64) (n int64, ok bool) {
	nx, ux := magnitude(x)
	ny, uy := magnitude(y)
	hi, lo := bits.Mul64(ux, uy)
	if hi != 0 {
		return 0, false
	}
	n = int64((lo + million/2) / million)
	if nx != ny {
		n = -n
	}
	return n, lo <= 1<<64-1-million/2
}

// rounded puts x*y/z, rounded half away from zero, into dst. It returns false on division by zero and overflow.
func rounded(dst *Value, x, y, z, limit int64) bool {
	n, rest, ok := mulDiv(x, y, z)
	if !ok {
		return false
	}
	if _, uz := magnitude(z); rest >= uz-rest {
		// n may be a zero that lost its sign.
		if (x < 0) != (y < 0) != (z < 0) {
			n--
		} else {
			n++
		}
	}
	*dst = Value{N: n}
	return !outside(n, limit)
}

// Exact computes an expression with rational numbers and rounds the result half away from zero. ok is false where it
// divides by zero or comes to more than a value may be.
func Exact(p *bundle.ExactProgram, r []Value) (n int64, ok bool) {
	stack := make([]*big.Rat, 0, 8)
	for _, s := range p.Steps {
		switch s.Op {
		case 'r':
			stack = append(stack, big.NewRat(r[s.Reg].N, max(s.Unit, 1)))
			continue
		case 'n':
			if len(stack) < 1 {
				return 0, false
			}
			top := stack[len(stack)-1]
			top.Neg(top)
			continue
		}
		if len(stack) < 2 {
			return 0, false
		}
		x, y := stack[len(stack)-2], stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch s.Op {
		case '+':
			x.Add(x, y)
		case '-':
			x.Sub(x, y)
		case '*':
			x.Mul(x, y)
		case '/':
			if y.Sign() == 0 {
				return 0, false
			}
			x.Quo(x, y)
		default:
			return 0, false
		}
	}
	if len(stack) != 1 {
		return 0, false
	}
	x := stack[0].Mul(stack[0], new(big.Rat).SetInt64(p.Unit))
	num, den := new(big.Int).Abs(x.Num()), x.Denom()
	q, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	if rest.Lsh(rest, 1).Cmp(den) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return 0, false
	}
	n = q.Int64()
	if x.Sign() < 0 {
		n = -n
	}
	limit := int64(numberLimit)
	if p.Unit == 100 {
		limit = moneyLimit
	}
	return n, !outside(n, limit)
}
