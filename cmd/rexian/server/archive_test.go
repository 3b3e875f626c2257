package server_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/audio"
)

// laid is a recording of long ago in a data folder: two seconds of silence.
func laid(t *testing.T, data, id string) string {
	t.Helper()
	path := filepath.Join(data, "recordings", "2020", "01", "02", id+".wav")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	head := audio.G711Header(audio.PCMA, 2, 32000)
	if err := os.WriteFile(path, append(head[:], bytes.Repeat([]byte{audio.PCMA.Silence()}, 32000)...),
		0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2020, 1, 2, 9, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

// recordings are those that a search finds.
func (h *hotline) recordings(query string) []api.Recording {
	h.t.Helper()
	var page struct {
		Recordings []api.Recording `json:"recordings"`
	}
	if code := h.asks("GET", "/api/v1/recordings?"+query, nil, &page); code != 200 {
		h.t.Fatalf("%s: %d", query, code)
	}
	return page.Recordings
}

// sound plays a recording and returns status and body.
func (h *hotline) sound(id, by, span string) (int, string) {
	h.t.Helper()
	return h.ask("GET", "/api/v1/recordings/"+id+"/audio?by="+by, "", func(r *http.Request) {
		if span != "" {
			r.Header.Set("Range", span)
		}
	})
}

// refused asks for what is not done, and for the reason.
func (h *hotline) refused(method, path string, in any, code int, reason string) {
	h.t.Helper()
	var f api.Fault
	if got := h.asks(method, path, in, &f); got != code || f.Reason != reason {
		h.t.Errorf("%s %s: %d %+v, want %d %s", method, path, got, f, code, reason)
	}
}

// A call's recording is found, played by ranges with each playing written down, shown as a waveform and taken along;
// what is held outlives its time, what is not does not; the index and the disk agree.
func TestRecordingsAreKept(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	held, old := laid(t, data, "20200102-00000000aaaa-1"), laid(t, data, "20200102-00000000bbbb-1")
	boot := func(days int) *hotline {
		return start(t, func(c *config.Config) { c.Data, c.Recording.KeepCalls = data, days })
	}
	h := boot(0)
	c := h.call()
	h.hears(c, "旧的欢迎词")
	c.Hangup()
	eventually(t, "three recordings are in the index", func() bool { return len(h.recordings("")) == 3 })
	list := h.recordings("kind=call&flow=x&limit=2")
	fresh := list[0].ID
	if len(list) != 2 || list[0].Phone != "138****8000" || list[0].Number != "12366" || list[0].Length < 500 {
		t.Errorf("%+v", list)
	}
	if list := h.recordings("number=13800138000"); len(list) != 1 || list[0].ID != fresh {
		t.Errorf("by its number: %+v", list)
	}
	for _, q := range []string{"from=yesterday", "longer=x", "limit=9999", "after=x", "score=-1"} {
		h.refused("GET", "/api/v1/recordings?"+q, nil, 422, api.ReasonBadQuery)
	}

	h.refused("GET", "/api/v1/recordings/"+fresh+"/audio", nil, 422, api.ReasonNobody)
	h.refused("GET", "/api/v1/recordings/nothing/audio?by=a", nil, 404, api.ReasonNoRecording)
	code, all := h.sound(fresh, "a", "")
	if code != 200 || !strings.HasPrefix(all, "RIFF") {
		t.Errorf("played: %d, %d bytes", code, len(all))
	}
	if code, part := h.sound(fresh, "a", "bytes=100-199"); code != 206 || part != all[100:200] {
		t.Errorf("from the middle: %d, %d bytes", code, len(part))
	}
	h.sound(fresh, "b", "bytes=100-") // who has not begun begins here
	var one api.Recording
	h.asks("GET", "/api/v1/recordings/"+fresh, nil, &one)
	heard := slices.SortedFunc(slices.Values(one.Heard), func(a, b api.RecordingPlayed) int {
		return strings.Compare(a.Who, b.Who) // both within a millisecond, perhaps
	})
	if len(heard) != 2 || one.Plays != 2 || heard[0].Who != "a" || heard[1].Who != "b" || heard[1].At < heard[0].At {
		t.Errorf("heard by %+v", one.Heard)
	}
	var p api.Peaks
	h.asks("GET", "/api/v1/recordings/"+fresh+"/peaks?parts=10", nil, &p)
	if len(p.Peaks) != 2 || len(p.Peaks[0]) < 9 || slices.Max(p.Peaks[1]) < 10 || p.Length != one.Length {
		t.Errorf("peaks %+v of %d ms", p, one.Length)
	}
	code, packed := h.ask("GET", "/api/v1/recordings/export?by=c", "", nil)
	z, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if code != 200 || err != nil || len(z.File) != 4 {
		t.Fatalf("taken along: %d, %v", code, err)
	}
	f, err := z.Open("index.csv")
	if err != nil {
		t.Fatal(err)
	}
	if index, err := io.ReadAll(f); err != nil || strings.Count(string(index), "\n") != 4 ||
		!strings.Contains(string(index), "138****8000") {
		t.Errorf("index %s, %v", index, err)
	}

	idOf := func(path string) string { return strings.TrimSuffix(filepath.Base(path), ".wav") }
	h.refused("PUT", "/api/v1/recordings/"+idOf(held)+"/hold", api.RecordingOrder{On: true, By: "l"}, 422,
		api.ReasonNobody)
	if code := h.asks("PUT", "/api/v1/recordings/"+idOf(held)+"/hold", api.RecordingOrder{On: true, By: "l",
		Reason: "诉讼"}, &one); code != 200 || one.Held == nil || one.Held.Why != "诉讼" {
		t.Errorf("hold: %d %+v", code, one)
	}
	h.refused("DELETE", "/api/v1/recordings/"+idOf(held)+"?by=x&reason=y", nil, 409, api.ReasonHeld)
	h.refused("DELETE", "/api/v1/recordings/"+fresh+"?by=x", nil, 422, api.ReasonNobody)

	var found api.RecordingCheck
	if h.asks("GET", "/api/v1/recordings/check", nil, &found); found.Rows != 3 || found.Files != 3 ||
		len(found.Missing)+len(found.Unlisted)+len(found.Leftover) != 0 {
		t.Errorf("%+v", found)
	}
	stray := laid(t, data, "20200102-00000000cccc-1")
	if err := os.Rename(old, old+".away"); err != nil {
		t.Fatal(err)
	}
	if h.asks("GET", "/api/v1/recordings/check", nil, &found); !slices.Equal(found.Missing, []string{idOf(old)}) ||
		len(found.Unlisted) != 1 || !strings.HasSuffix(stray, found.Unlisted[0]) {
		t.Errorf("%+v", found)
	}
	h.refused("GET", "/api/v1/recordings/"+idOf(old)+"/audio?by=a", nil, 404, api.ReasonNoFile)
	if err := os.Rename(old+".away", old); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(stray); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}

	h = boot(30)
	eventually(t, "what was kept long enough is gone", func() bool {
		_, err := os.Stat(old)
		return os.IsNotExist(err) && len(h.recordings("")) == 2
	})
	h.refused("GET", "/api/v1/recordings/"+idOf(old)+"/audio?by=a", nil, 410, api.ReasonDeleted)
	if h.asks("GET", "/api/v1/recordings/"+idOf(old), nil, &one); one.Deleted == nil || one.Deleted.By != "rexian" ||
		one.Plays != 1 {
		t.Errorf("%+v", one)
	}
	if code, _ := h.sound(idOf(held), "a", ""); code != 200 {
		t.Errorf("what is held: %d", code)
	}
	if h.asks("DELETE", "/api/v1/recordings/"+fresh+"?by=x&reason=y", nil, &one); one.Deleted == nil {
		t.Errorf("%+v", one)
	}
	if h.asks("GET", "/api/v1/recordings/check", nil, &found); found.Rows != 1 || found.Files != 1 {
		t.Errorf("%+v", found)
	}
}
