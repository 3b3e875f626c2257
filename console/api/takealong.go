package api

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"rexian/stdlib/recording"
	"rexian/stdlib/table"
)

// mostTaken is how many recordings are taken along at once.
const mostTaken = 500

// takeTime is how long taking recordings along may last.
const takeTime = time.Hour

// getRecordingExport answers a ZIP of the recordings that a search finds, with an index that a spreadsheet reads. Each
// is written down as taken before it is sent.
func (a *admin) getRecordingExport(w http.ResponseWriter, r *http.Request) {
	q, ok := a.recordingQuery(w, r)
	if !ok {
		return
	}
	who := r.URL.Query().Get("by")
	if who == "" {
		reply(w, http.StatusUnprocessableEntity,
			Fault{Error: "say who takes them along: ?by=NAME", Reason: ReasonNobody})
		return
	}
	q.Limit = mostTaken + 1
	list, err := a.Recordings.Find(r.Context(), q)
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	if len(list) > mostTaken {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "more than " + strconv.Itoa(mostTaken) +
			" recordings: narrow the search, and take them in parts", Reason: ReasonTooMany})
		return
	}
	if len(list) == 0 {
		reply(w, http.StatusNotFound, Fault{Error: "there is no such recording", Reason: ReasonNoRecording})
		return
	}
	// A server that cannot set it ends the answer early, and the file is then no whole ZIP.
	_ = http.NewResponseController(w).SetWriteDeadline(a.Now().Add(takeTime))
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="recordings.zip"`)
	w.Header().Set("Cache-Control", "private, no-store")
	a.Logger.Info("recordings are taken along", "recordings", len(list), "by", who)
	if err := a.take(w, r, list, who); err != nil {
		a.Logger.Warn("recordings were not taken along whole", "by", who, "error", err)
		panic(http.ErrAbortHandler) // so that nobody takes what there is for all
	}
}

// take writes the ZIP. A recording that cannot be had stands in the index with the reason.
func (a *admin) take(w io.Writer, r *http.Request, list []recording.Found, who string) error {
	z := zip.NewWriter(w)
	lines := [][]string{{"id", "time", "seconds", "kind", "agent", "queue", "phone", "number", "rating", "score",
		"ticket",
		"call", "node", "file", "missing"}}
	for i := range list {
		f := &list[i]
		x := shown(f)
		name, missing := f.ID+".wav", ""
		file, err := a.opens(r, f, who)
		if err != nil {
			if r.Context().Err() != nil {
				return err
			}
			name, missing = "", err.Error()
		} else if err := pack(z, name, time.UnixMilli(f.MadeAt).UTC(), file); err != nil {
			return err
		}
		lines = append(lines, []string{x.ID, time.UnixMilli(x.At).UTC().Format(time.RFC3339),
			strconv.FormatFloat(float64(x.Length)/1000, 'f', 3, 64), x.Kind, x.Agent, x.Queue, x.Phone, x.Number,
			x.Rating, strconv.FormatInt(x.Score, 10), x.Ticket, x.Call, x.Node, name, missing})
	}
	index, err := z.Create("index.csv")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(index, "\ufeff"); err != nil { // a Chinese Excel needs it
		return err
	}
	c := csv.NewWriter(index)
	c.UseCRLF = true
	for _, l := range lines {
		for i := range l {
			l[i] = table.Defuse(l[i])
		}
		if err := c.Write(l); err != nil {
			return err
		}
	}
	if c.Flush(); c.Error() != nil {
		return c.Error()
	}
	return z.Close()
}

// opens is the sound of a recording, from this node's disk or another's.
func (a *admin) opens(r *http.Request, f *recording.Found, who string) (io.ReadCloser, error) {
	file, err := a.Recordings.Open(r.Context(), f, who, takenAlong)
	if e, ok := errors.AsType[*ElsewhereError](err); ok {
		return a.fetches(r, e.Node, f.ID, who)
	}
	return file, err
}

// pack puts a file into a ZIP as it is: sound hardly gets smaller.
func pack(z *zip.Writer, name string, at time.Time, file io.ReadCloser) error {
	defer file.Close()
	to, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at})
	if err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}
