package filing

// results are how a month stands with the bureau, as callers hear it: nothing there, filed, and on its way.
var results = [...][2]string{{"未申报", "not filed"}, {"已申报", "filed"}, {"处理中", "in progress"}}

// Spoken are the words that filings are told to callers with.
func Spoken(english bool) (list []string) {
	for _, w := range results {
		if english {
			list = append(list, w[1])
		} else {
			list = append(list, w[0])
		}
	}
	return list
}
