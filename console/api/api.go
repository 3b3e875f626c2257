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
const maxBody = 64 << 10

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
	Reload     func(ctx context.Context, by string) (done Reloaded, wrong []Finding, err error)
	Adopt      func() // goes by the version that serves now
	Message    func(ctx context.Context, id, from, to, text string) (reply string, err error)
	SetSwitch  func(ctx context.Context, name string, on bool, by string) error
	Draining   func() bool
	Trouble    func() error // why no calls can come in at the moment, nil if they can
	Bans       Bans
	Calls      Calls
	Control    Control
	Messages   func(ids []string) []Message // what is kept of the SIP messages of dialogs, by their Call-IDs
	Node       func() string                // name of this server among those that share the database
	Campaigns  Campaigns
	Surveys    Surveys
	Agents     Agents
	Recordings Recordings
	Voicemails Voicemails
	Closures   Closures
	Metrics    *prometheus.Registry
	Token      Secret
	Profile    bool // serve profiles of the running program
	Now        func() time.Time
	Logger     *slog.Logger
}

// admin answers the administration's requests.
type admin struct {
	Options
	guesses *throttle // of the token
	missing *throttle // requests without one
	refused *prometheus.CounterVec
}

// New is the administration's interface:
//
//	GET  /healthz                 the process lives
//	GET  /readyz                  it takes calls: a version serves and it does not drain
//	GET  /metrics                 figures for Prometheus
//	GET  /api/v1/deployment       what serves, and how it came about
//	POST /api/v1/deployment       an [Order]
//	GET  /api/v1/deployment/changes  what it would change for callers: [Changes]
//	POST /api/v1/reload           {"by": "…"}: the configuration is read anew; the answer is [Reloaded]
//	POST /api/v1/messages         {"from": "…", "to": "…", "text": "…"}: an inbound text; the answer has the reply
//	PUT  /api/v1/switches/NAME    {"on": true, "by": "…"}
//	GET  /api/v1/guard/bans       {"bans": [a [Ban], …]}: who is not heard
//	PUT  /api/v1/guard/bans/ADDR  a [BanOrder]; the answer is the [Ban]
//	DELETE /api/v1/guard/bans/ADDR?by=…
//	GET  /api/v1/calls?limit=N    {"calls": [a [Brief], …]}: the latest calls
//	GET  /api/v1/calls/ID         a [Call] with its legs
//	DELETE /api/v1/calls/ID?by=…  hangs it up
//	PUT  /api/v1/calls/ID/supervisors/PHONE  a [Supervision]: the telephone rings, and listens, whispers or barges in
//	POST /api/v1/calls/ID/parties a [Party]: who is called into the talk
//	PUT  /api/v1/calls/ID/hold    a [Holding]: the caller hears music, or is taken back
//	GET  /api/v1/calls/ID/messages  its SIP [Messages], as far as they are still kept
//	GET  /api/v1/agents           {"agents": [an [Agent], …]}
//	PUT  /api/v1/agents/ID        an [AgentOrder]; the answer is the [Agent]
//	DELETE /api/v1/agents/ID?by=…
//	POST /api/v1/agents/ID/state  an [AgentState]; the answer is the [Agent]
//	GET  /api/v1/agents/ID/day?date=  an [AgentDay]; today if there is no date
//	GET  /api/v1/campaigns        {"campaigns": [a [Campaign], …]}: those of the flows, and how their latest runs stand
//	GET  /api/v1/campaigns/NAME   a [Campaign]
//	POST /api/v1/campaigns/NAME   a [CampaignOrder]; the answer is the [Campaign]
//	GET  /api/v1/campaigns/NAME/preflight       a [Preflight]: what would happen if it were started now
//	GET  /api/v1/campaigns/NAME/attempts?after= {"attempts": [an [Attempt], …], "next": "…"}: all its calls, by pages
//	GET  /api/v1/surveys          {"surveys": [a [Survey], …]}: the versions of those that somebody was asked
//	GET  /api/v1/surveys/NAME?version=N  the [SurveyResults] of a version, the latest unless given
//	GET  /api/v1/recordings?…     {"recordings": [a [Recording], …], "next": "…"}: the latest first, narrowed by from, to,
//	     agent, number, queue, ticket, call, kind, rating, score, longer, shorter, deleted; by pages (limit, after)
//	GET  /api/v1/recordings/ID    a [Recording], with who has listened
//	GET  /api/v1/recordings/ID/audio?by=  the sound, by ranges; each playing is written down first
//	GET  /api/v1/recordings/ID/peaks?parts=  [Peaks], for a waveform
//	PUT  /api/v1/recordings/ID/hold  a [RecordingOrder]: it may not be deleted, or may again; the answer is the
//	     [Recording]
//	DELETE /api/v1/recordings/ID?by=&reason=  the file goes, the record stays; the answer is the [Recording]
//	GET  /api/v1/recordings/export?by=&…  a ZIP of what a search finds, with index.csv
//	GET  /api/v1/recordings/check  a [RecordingCheck]: what the index and the disk of this node do not agree on
//	GET  /api/v1/voicemails?mailbox=&state=&after=&limit=  {"voicemails": [a [Voicemail], …], "next": "…"}: the oldest
//	     first
//	GET  /api/v1/voicemails/ID    a [Voicemail]
//	GET  /api/v1/voicemails/ID/audio?by=  the sound; a new message is then that person's
//	POST /api/v1/voicemails/ID    a [VoicemailOrder]; the answer is the [Voicemail]
//	GET  /api/v1/closures         {"closures": [a [Closure], …]}: in force and announced
//	POST /api/v1/closures         a [ClosureOrder]; the answer is the [Closure]
//	DELETE /api/v1/closures/ID?by=
//	GET  /debug/pprof/…           profiles, where they are on
//
// All but the first two need the token, where one is set. Without one it answers only requests that come from this
// machine and name it, so that no web page elsewhere can reach it through a browser.
func New(o Options) http.Handler {
	a := &admin{Options: o, guesses: newThrottle(o.Now), missing: newThrottle(o.Now)}
	a.refused = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rexian_admin_refused_total",
		Help: "Requests to the administration that were refused."}, []string{"reason"})
	o.Metrics.MustRegister(a.refused)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	guarded := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, a.guarded(h)) }
	guarded("GET /metrics", promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{}).ServeHTTP)
	guarded("GET /api/v1/deployment", a.getDeployment)
	guarded("POST /api/v1/deployment", a.postDeployment)
	guarded("GET /api/v1/deployment/changes", a.getChanges)
	guarded("POST /api/v1/reload", a.postReload)
	guarded("POST /api/v1/messages", a.postMessage)
	guarded("PUT /api/v1/switches/{name}", a.putSwitch)
	guarded("GET /api/v1/guard/bans", a.getBans)
	guarded("PUT /api/v1/guard/bans/{address}", a.putBan)
	guarded("DELETE /api/v1/guard/bans/{address}", a.deleteBan)
	guarded("GET /api/v1/calls", a.getCalls)
	guarded("GET /api/v1/calls/{id}", a.getCall)
	guarded("DELETE /api/v1/calls/{id}", a.deleteCall)
	guarded("PUT /api/v1/calls/{id}/supervisors/{phone}", a.putSupervisor)
	guarded("POST /api/v1/calls/{id}/parties", a.postParty)
	guarded("PUT /api/v1/calls/{id}/hold", a.putHold)
	guarded("GET /api/v1/calls/{id}/messages", a.getMessages)
	guarded("GET /api/v1/agents", a.getAgents)
	guarded("PUT /api/v1/agents/{id}", a.putAgent)
	guarded("DELETE /api/v1/agents/{id}", a.deleteAgent)
	guarded("POST /api/v1/agents/{id}/state", a.postAgentState)
	guarded("GET /api/v1/agents/{id}/day", a.getAgentDay)
	guarded("GET /api/v1/campaigns", a.getCampaigns)
	guarded("GET /api/v1/campaigns/{name}", a.getCampaign)
	guarded("POST /api/v1/campaigns/{name}", a.postCampaign)
	guarded("GET /api/v1/campaigns/{name}/preflight", a.getPreflight)
	guarded("GET /api/v1/campaigns/{name}/attempts", a.getAttempts)
	guarded("GET /api/v1/surveys", a.getSurveys)
	guarded("GET /api/v1/surveys/{name}", a.getSurvey)
	guarded("GET /api/v1/recordings", a.getRecordings)
	guarded("GET /api/v1/recordings/export", a.getRecordingExport)
	guarded("GET /api/v1/recordings/check", a.getRecordingCheck)
	guarded("GET /api/v1/recordings/{id}", a.getRecording)
	guarded("GET /api/v1/recordings/{id}/audio", a.getAudio)
	guarded("GET /api/v1/recordings/{id}/peaks", a.getPeaks)
	guarded("PUT /api/v1/recordings/{id}/hold", a.putRecordingHold)
	guarded("DELETE /api/v1/recordings/{id}", a.deleteRecording)
	guarded("GET /api/v1/voicemails", a.getVoicemails)
	guarded("GET /api/v1/voicemails/{id}", a.getVoicemail)
	guarded("GET /api/v1/voicemails/{id}/audio", a.getVoicemailAudio)
	guarded("POST /api/v1/voicemails/{id}", a.postVoicemail)
	guarded("GET /api/v1/closures", a.getClosures)
	guarded("POST /api/v1/closures", a.postClosure)
	guarded("DELETE /api/v1/closures/{id}", a.deleteClosure)
	if o.Profile {
		guarded("GET /debug/pprof/", pprof.Index)
		guarded("GET /debug/pprof/profile", pprof.Profile)
		guarded("GET /debug/pprof/trace", pprof.Trace)
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
