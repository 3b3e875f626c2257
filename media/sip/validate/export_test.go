package validate

import "testing"

// TortureMessages is for tests that send the messages to a server.
func TortureMessages(t testing.TB) (dir string, files []string, want map[string]int) {
	want = map[string]int{}
	for _, c := range torture {
		files = append(files, c.file)
		want[c.file] = c.want
	}
	return messages(t), files, want
}
