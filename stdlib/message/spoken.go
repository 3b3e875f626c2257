package message

// Spoken are the words that the state of a message is told to callers with.
func Spoken(english bool) (list []string) {
	for _, w := range words {
		if english {
			list = append(list, w[1])
		} else {
			list = append(list, w[0])
		}
	}
	return list
}
