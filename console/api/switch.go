package api

import (
	"net/http"

	"rexian/runtime/deploy"
)

// switchOrder is the body of PUT /api/v1/switches/NAME.
type switchOrder struct {
	Name string `json:"name,omitempty"` // of the answer
	On   bool   `json:"on"`
	By   string `json:"by,omitempty"`
}

func (a *admin) putSwitch(w http.ResponseWriter, r *http.Request) {
	var in switchOrder
	if !read(w, r, &in) {
		return
	}
	name := r.PathValue("name")
	if v := a.Deployment.Stable(); v == nil || !declares(v, name) {
		fault(w, http.StatusNotFound, "the program has no switch of this name")
		return
	}
	if err := a.SetSwitch(r.Context(), name, in.On, in.By); err != nil {
		fault(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	a.Logger.Info("switch", "name", name, "on", in.On, "by", in.By)
	reply(w, http.StatusOK, map[string]any{"name": name, "on": in.On})
}

func declares(v *deploy.Version, name string) bool {
	for _, sw := range v.Program.Switches {
		if sw.Name == name {
			return true
		}
	}
	return false
}
