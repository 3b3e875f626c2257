package ticket

// Spoken are the words that tickets and trips are told to callers with.
func Spoken(english bool) (list []string) {
	for s := range words {
		list = append(list, s.Word(english))
	}
	for _, w := range tripWords {
		list = append(list, pick(w, english))
	}
	return list
}

func pick(w [2]string, english bool) string {
	if english {
		return w[1]
	}
	return w[0]
}
