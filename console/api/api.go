// Package api is the administration's HTTP interface: what serves, deployments, switches, inbound texts, health and
// figures. It knows the parts of a server that it shows and steers ([Options]), not how a server puts them together.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rexian/runtime/deploy"
)

// maxBody is the longest request the administration takes, in bytes.
const maxBody int64 = 64 << 10

// Secret is a value that shows itself only when it is asked to.
type Secret interface {
	IsSet() bool
	Reveal() string
}

// Options are the parts of a server that the administration shows and steers. All are needed.
type Options struct {
	Deployment *deploy.Deployment
	Deploy     func(ctx context.Context, percent int, by string) error // compiles the flows and lets them serve
	// what the flows that would be deployed change for callers; the error may be a *deploy.Refused
	Changes func(ctx context.Context) (*Changes, error)
	// reads the configuration anew; wrong is what is wrong with its file
	Reload    func(ctx context.Context, by string) (done Reloaded, wrong []Finding, err error)
	Adopt     func() // goes by the version that serves now
	Message   func(ctx context.Context, id, from, to, text string) (reply string, err error)
	Draining  func() bool
	Trouble   func() error // why no calls can come in at the moment, nil if they can
	Bans      Bans
	Switches  Switches
	Calls     Calls
	Control   Control
	Floor     Floor
	Messages  func(ids []string) []Message // what is kept of the SIP messages of dialogs, by their Call-IDs
	Node      func() string                // name of this server among those that share the database
	Campaigns Campaigns
	// Announcements are what carriers say before an answer.
	Announcements Announcements
	Surveys       Surveys
	FollowUps     FollowUps
	Agents        Agents
	Recordings    Recordings
	Voicemails    Voicemails
	Callbacks     Callbacks
	Tickets       Tickets
	Lists         Lists
	Closures      Closures
	Users         Users // nil: there are none
	Live          Live
	Peers         Peers        // nil: there are none
	Editor        http.Handler // answers an editor of the flows, over a WebSocket; nil: there is none
	Metrics       *prometheus.Registry
	Token         Secret
	Profile       bool // serve profiles of the running program
	Now           func() time.Time
	Logger        *slog.Logger
}

// admin answers the administration's requests.
type admin struct {
	Options
	guesses *throttle // of the token
	live    *publisher
	missing *throttle // requests without one
	toPeers http.RoundTripper
	refused *prometheus.CounterVec
}

// New is the administration's interface: the operations of [operation] under /api/v1, and beside them
//
//	GET  /              what this is and where its documents are
//	GET  /openapi.json  all operations, OpenAPI 3.1
//	GET  /healthz       the process lives
//	GET  /readyz        it takes calls: a version serves and it does not drain
//	GET  /metrics       figures for Prometheus
//	GET  /debug/pprof/… profiles, where they are on
//
// Who asks shows the server's token, a key of a program or the cookie of a session, and may what their roles or their
// key permit. The first four need none of these. Without a token requests that come from this machine and name it are
// trusted with everything, so that no web page elsewhere can reach it through a browser.
func New(o Options) http.Handler {
	a := &admin{Options: o, guesses: newThrottle(o.Now), missing: newThrottle(o.Now), toPeers: peering(o.Peers)}
	a.live = newPublisher(o.Live, a.staff, o.Now, o.Logger)
	a.refused = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rexian_admin_refused_total",
		Help: "Requests to the administration that were refused."}, []string{"reason"})
	o.Metrics.MustRegister(a.refused)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	doc := a.serve(mux, a.operations())
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(doc) // the client has gone if this fails
	})
	mux.HandleFunc("/", a.root)
	mux.Handle("GET /metrics", a.guarded(ReadFigures, promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{})))
	if o.Profile {
		for pattern, h := range map[string]http.HandlerFunc{"GET /debug/pprof/": pprof.Index,
			"GET /debug/pprof/profile": pprof.Profile, "GET /debug/pprof/trace": pprof.Trace} {
			mux.Handle(pattern, a.guarded(Profile, h))
		}
	}
	return mux
}

// ready says whether calls are taken, and else why not.
func (a *admin) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case a.Draining():
		text(w, http.StatusServiceUnavailable, "draining")
	case a.Deployment.Stable() == nil:
		text(w, http.StatusServiceUnavailable, "no version serves")
	case a.Trouble() != nil:
		text(w, http.StatusServiceUnavailable, a.Trouble().Error())
	default:
		text(w, http.StatusOK, "ready")
	}
}
