package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rexian/runtime/deploy"
	"rexian/stdlib"
)

// Switches are how staff have set the switches of the program, by their names.
type Switches interface {
	SwitchesSet(ctx context.Context) (map[string]stdlib.SwitchSet, error)
	// SetSwitch changes one from a version of it, db.Fresh for one that nobody has touched, 0 for any; it fails with
	// stdlib.ErrChanged where it is another by now.
	SetSwitch(ctx context.Context, name string, on bool, by string, was int64) (version int64, err error)
}

// Switch is a switch of the program as it stands.
type Switch struct {
	Name    string    `json:"name"`
	On      bool      `json:"on"`
	Touched bool      `json:"touched"` // false: nobody has, it is as the program declares it
	Changed time.Time `json:"changed,omitzero"`
	By      string    `json:"by,omitempty"`
	Version int64     `json:"version,omitempty"` // for If-Match; none while nobody has touched it
}

// ReasonNoSwitch is for a switch that the program does not have.
const ReasonNoSwitch = "no switch"

// switchOrder is the body of PUT /api/v1/switches/NAME.
type switchOrder struct {
	On bool   `json:"on"`
	By string `json:"by,omitempty"`
}

// switches are those of the program that serves, in its order.
func (a *admin) switches(r *http.Request) ([]Switch, error) {
	list := []Switch{}
	v := a.Deployment.Stable()
	if v == nil {
		return list, nil
	}
	set, err := a.Switches.SwitchesSet(r.Context())
	for _, sw := range v.Program.Switches {
		x := Switch{Name: sw.Name, On: sw.On}
		if s, ok := set[sw.Name]; ok {
			x = Switch{Name: s.Name, On: s.On, Touched: true, Changed: moment(s.Changed), By: s.By, Version: s.Changed}
		}
		list = append(list, x)
	}
	return list, err
}

func (a *admin) getSwitches(w http.ResponseWriter, r *http.Request) {
	list, err := a.switches(r)
	if err != nil {
		a.switchesAway(w, err)
		return
	}
	page(w, r, "switches", list, func(x *Switch) string { return x.Name })
}

func (a *admin) getSwitch(w http.ResponseWriter, r *http.Request) {
	list, err := a.switches(r)
	if err != nil {
		a.switchesAway(w, err)
		return
	}
	for i := range list {
		if list[i].Name == r.PathValue("name") {
			tagged(w, list[i].Version)
			reply(w, http.StatusOK, list[i])
			return
		}
	}
	noSwitch(w)
}

func (a *admin) putSwitch(w http.ResponseWriter, r *http.Request) {
	var in switchOrder
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	name := r.PathValue("name")
	if v := a.Deployment.Stable(); v == nil || !declares(v, name) {
		noSwitch(w)
		return
	}
	version, err := a.Switches.SetSwitch(r.Context(), name, in.On, in.By, was)
	switch {
	case errors.Is(err, stdlib.ErrChanged):
		outdated(w, err)
	case err != nil:
		a.switchesAway(w, err)
	default:
		a.Logger.Info("switch", "name", name, "on", in.On, "by", in.By)
		tagged(w, version)
		reply(w, http.StatusOK, Switch{Name: name, On: in.On, Touched: true, Changed: moment(version), By: in.By,
			Version: version})
	}
}

func noSwitch(w http.ResponseWriter) {
	reply(w, http.StatusNotFound, Fault{Error: "the program has no switch of this name", Reason: ReasonNoSwitch})
}

// switchesAway tells that switches cannot be looked at or turned.
func (a *admin) switchesAway(w http.ResponseWriter, err error) {
	a.Logger.Warn("switches", "error", err)
	fault(w, http.StatusServiceUnavailable, "the switches cannot be reached at the moment")
}

func declares(v *deploy.Version, name string) bool {
	for _, sw := range v.Program.Switches {
		if sw.Name == name {
			return true
		}
	}
	return false
}
