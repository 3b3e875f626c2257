package api

import "net/http"

// Reloaded is the answer to POST /api/v1/reload: keys, or tables, of the configuration.
type Reloaded struct {
	Changed []string `json:"changed"` // are taken in
	Later   []string `json:"later"`   // differ from what the server runs by, and need a restart
}

func (a *admin) postReload(w http.ResponseWriter, r *http.Request) {
	var order byWhom
	if !read(w, r, &order) {
		return
	}
	if order.By == "" {
		order.By = "http"
	}
	done, wrong, err := a.Reload(r.Context(), order.By)
	switch {
	case len(wrong) > 0:
		reply(w, http.StatusUnprocessableEntity,
			Fault{Error: "the configuration is wrong; the one before goes on", Findings: wrong})
	case err != nil:
		fault(w, http.StatusUnprocessableEntity, err.Error())
	default:
		reply(w, http.StatusOK, done)
	}
}
