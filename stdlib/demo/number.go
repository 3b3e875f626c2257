package demo

// The alphabets and weights of GB 32100-2015 and of the organisation code of GB 11714-1997 inside it.
const (
	alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	orgCheck = "0123456789X"
)

var orgWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// number makes a taxpayer number of a region, and the one of 15 characters that the same body would have had before
// 2015. Registrar 91 is a company, 92 a trader.
func (g *data) number(region string, trader bool) (id, old string) {
	b := []byte("91" + region)
	if trader {
		b[1] = '2'
	}
	// Most organisation codes are digits; those given out since 2015 begin with MA.
	code := make([]byte, 8)
	for i := range code {
		code[i] = byte('0' + g.r.IntN(10))
	}
	recent := g.r.IntN(3) == 0
	if recent {
		code[0], code[1] = 'M', 'A'
		code[2] = alphabet[10+g.r.IntN(len(alphabet)-10)]
	}
	id = Checked(string(b), string(code))
	if !recent {
		old = region + id[len(b):len(b)+len(code)+1]
	}
	return id, old
}

// Checked is the taxpayer number of 18 characters whose first eight are head (registrar and region), and whose
// organisation code is eight characters of digits and capitals: both check characters are put in.
func Checked(head, code string) string {
	sum := 0
	for i, w := range orgWeights {
		v := int(code[i] - '0')
		if code[i] >= 'A' {
			v = int(code[i]-'A') + 10
		}
		sum += v * w
	}
	id := head + code + orgCheck[(11-sum%11)%11:][:1]
	sum, weight := 0, 1
	for _, c := range []byte(id) {
		sum += valueOf(c) * weight
		weight = weight * 3 % 31
	}
	return id + alphabet[(31-sum%31)%31:][:1]
}

// valueOf is the value of a character in the alphabet.
func valueOf(c byte) int {
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return i
		}
	}
	return 0
}
