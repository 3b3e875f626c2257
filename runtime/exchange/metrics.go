package exchange

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/runtime/vm"
	"rexian/stdlib/call"
)

// Metrics are the figures of an exchange for Prometheus.
type Metrics struct {
	active      prometheus.Gauge
	total       *prometheus.CounterVec // by result
	refused     prometheus.Counter
	seconds     prometheus.Histogram
	keys        prometheus.Counter
	keyToPrompt prometheus.Histogram
	lookups     *prometheus.CounterVec // by function and outcome
	asking      *prometheus.HistogramVec
	missing     prometheus.Counter
	gaps        prometheus.Counter
	loss        *prometheus.HistogramVec // by kind of leg, as the two that follow
	jitter      *prometheus.HistogramVec
	mos         *prometheus.HistogramVec
}

// NewMetrics registers the figures; nil registers them nowhere.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		active: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rexian_calls_active", Help: "Calls running now."}),
		total: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rexian_calls_total",
			Help: "Calls that ended, by result."}, []string{"result"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "rexian_calls_refused_total",
			Help: "Calls refused before a flow saw them."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rexian_call_seconds",
			Help:    "How long calls last.",
			Buckets: []float64{1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600}}),
		keys: prometheus.NewCounter(prometheus.CounterOpts{Name: "rexian_keys_total",
			Help: "Keys that callers pressed."}),
		keyToPrompt: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rexian_key_to_prompt_seconds",
			Help:    "From a key heard to the next prompt handed to the media engine.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}),
		lookups: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rexian_lookups_total",
			Help: "Library calls, by function and outcome."}, []string{"function", "outcome"}),
		asking: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rexian_lookup_seconds",
			Help:    "How long library calls take, by function.",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 9)}, []string{"function"}),
		missing: prometheus.NewCounter(prometheus.CounterOpts{Name: "rexian_words_without_voice_total",
			Help: "Words that could not be spoken for want of a recording."}),
		gaps: prometheus.NewCounter(prometheus.CounterOpts{Name: "rexian_recording_gaps_total",
			Help: "Gaps in recordings."}),
	}
	byLeg := func(name, help string, buckets ...float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets},
			[]string{"leg"})
	}
	m.loss = byLeg("rexian_leg_loss_ratio", "Packets that were lost on legs that ended, the worse direction, by kind.",
		0, 0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2)
	m.jitter = byLeg("rexian_leg_jitter_seconds", "Jitter of what came on legs that ended, by kind.",
		0.001, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
	m.mos = byLeg("rexian_leg_mos", "How legs that ended sounded (E-model), 1 to 4.5, by kind.",
		2, 2.5, 3, 3.5, 3.8, 4, 4.2, 4.3)
	if r != nil {
		r.MustRegister(m.loss, m.jitter, m.mos)
		r.MustRegister(m.active, m.total, m.refused, m.seconds, m.keys, m.keyToPrompt, m.lookups, m.asking, m.missing,
			m.gaps)
	}
	return m
}

func (m *Metrics) ended(result string, took time.Duration) {
	m.total.WithLabelValues(result).Inc()
	m.seconds.Observe(took.Seconds())
}

// leg counts how a leg sounded that has ended; one on which nothing came tells nothing.
func (m *Metrics) leg(kind string, l call.Leg) {
	if l.MOS == 0 {
		return
	}
	m.loss.WithLabelValues(kind).Observe(max(share(l.Lost, l.Received+l.Lost), share(l.FarLost, l.Sent)))
	m.jitter.WithLabelValues(kind).Observe(l.Jitter.Seconds())
	m.mos.WithLabelValues(kind).Observe(l.MOS)
}

func (m *Metrics) lookup(id string, answer vm.Event, took time.Duration) {
	outcome := "ok"
	if answer.Kind == vm.Outcome {
		outcome = answer.Tag
	}
	m.lookups.WithLabelValues(id, outcome).Inc()
	m.asking.WithLabelValues(id).Observe(took.Seconds())
}
