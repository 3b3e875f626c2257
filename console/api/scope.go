package api

import (
	"errors"
	"net/http"
	"slices"

	"rexian/stdlib/fn"
)

// errScope is for what is not of the asker's queues.
var errScope = errors.New("this is not of your queues")

// within finds the queues that what a request names belongs to; none if there is no such thing.
type within func(r *http.Request) (queues []string, err error)

// scoped lets through who may see what a request names: everybody whose scope is all queues, and who has one of its
// own. Of what there is not, nobody else is told that there is not.
func (a *admin) scoped(of within, next http.HandlerFunc) http.HandlerFunc {
	if of == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) {
		p := asker(r)
		if len(p.Queues) == 0 {
			next(w, r)
			return
		}
		queues, err := of(r)
		switch {
		case err != nil:
			a.Logger.Warn("whose queue it is cannot be told", "error", err)
			fault(w, http.StatusServiceUnavailable, "whether this is of your queues cannot be told at the moment")
		case !p.any(queues):
			a.refused.WithLabelValues("scope").Inc()
			reply(w, http.StatusForbidden, Fault{Error: errScope.Error(), Reason: ReasonScope})
		default:
			next(w, r)
		}
	}
}

// any tells whether one of some queues is within somebody's scope.
func (p *Principal) any(queues []string) bool {
	return len(p.Queues) == 0 || slices.ContainsFunc(queues,
		func(q string) bool { return slices.Contains(p.Queues, q) })
}

// seen leaves of a list what is within the asker's scope.
func seen[T any](r *http.Request, all []T, queues func(*T) []string) []T {
	p := asker(r)
	if len(p.Queues) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !p.any(queues(&x)) })
}

// callQueues are those that the call of a request waited in.
func (a *admin) callQueues(r *http.Request) ([]string, error) {
	return a.Calls.Queues(r.Context(), r.PathValue("id"))
}

// agentQueues are those that the agent of a request serves.
func (a *admin) agentQueues(r *http.Request) ([]string, error) {
	for _, x := range a.Agents.Agents() {
		if x.ID == r.PathValue("id") {
			return x.Queues, nil
		}
	}
	return nil, nil
}

// namedQueue is the queue of a request.
func (a *admin) namedQueue(r *http.Request) ([]string, error) {
	return []string{r.PathValue("name")}, nil
}

// voicemailQueues is the queue that the call of a message waited in.
func (a *admin) voicemailQueues(r *http.Request) ([]string, error) {
	f, err := a.Recordings.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, fn.Outcome("not_found")) {
		return nil, nil
	}
	return []string{f.Queue}, err
}
