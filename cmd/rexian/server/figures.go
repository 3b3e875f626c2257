package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"rexian/media/sip/trunk"
)

// counter tells Prometheus a number that only grows, gauge one that goes up and down; the parts count themselves.
func (s *Server) counter(name, help string, f func() float64) {
	s.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, f))
}

func (s *Server) gauge(name, help string, f func() float64) {
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
}

// figures tells Prometheus what the parts count themselves.
func (s *Server) figures() {
	count, gauge := s.counter, s.gauge
	gauge("rexian_streams", "RTP streams open.", func() float64 { return float64(s.engine.Stats().Streams) })
	gauge("rexian_rooms", "Talks: rooms in which two or more hear each other.",
		func() float64 { return float64(s.engine.Stats().Rooms) })
	gauge("rexian_ports", "Pairs of ports for sound that there are; 0: the system chooses.",
		func() float64 { return float64(s.engine.Stats().Ports) })
	gauge("rexian_ports_used", "Of them, those of calls.", func() float64 { return float64(s.engine.Stats().PortsUsed) })
	gauge("rexian_sip_dialogs", "SIP dialogs kept.", func() float64 {
		if server := s.lines.sender.Load(); server != nil {
			return float64(server.Dialogs())
		}
		return 0
	})
	gauge("rexian_sip_trace_bytes", "Memory that the latest SIP messages have come to use.", func() float64 {
		if server := s.lines.sender.Load(); server != nil {
			return float64(server.TraceMemory())
		}
		return 0
	})
	s.registry.MustRegister(&door{s})
	gauge("rexian_callers_waiting", "Callers who wait for an agent.",
		func() float64 { return float64(s.exchange.Waiting()) })
	gauge("rexian_agents_busy", "Agents who ring or talk.",
		func() float64 { _, busy := s.exchange.Agents(); return float64(busy) })
	count("rexian_rtp_sent_total", "RTP packets sent.", func() float64 { return float64(s.engine.Stats().Sent) })
	count("rexian_rtp_received_total", "RTP packets received.",
		func() float64 { return float64(s.engine.Stats().Received) })
	count("rexian_rtp_refused_total", "Datagrams thrown away.",
		func() float64 { return float64(s.engine.Stats().Refused) })
	count("rexian_rtp_late_ticks_total", "Ticks that began more than 5 ms late.",
		func() float64 { return float64(s.engine.Stats().Late) })
	count("rexian_records_lost_total", "Records of calls that neither the database nor the disk took.",
		func() float64 { return float64(s.library.Calls().Stats().Lost) })
	if s.traces != nil {
		count("rexian_traces_kept_total", "Calls and messages whose trace was kept.",
			func() float64 { return float64(s.traces.Kept()) })
		count("rexian_traces_dropped_total",
			"Those whose trace was not kept: too many ended at once, or the disk is full.",
			func() float64 { return float64(s.traces.Dropped()) })
		count("rexian_traces_bytes_total", "What the traces took on the disk, in bytes.",
			func() float64 { return float64(s.traces.Bytes()) })
	}
	count("rexian_texts_limited_total", "Texts held back since too many went to one number.", func() float64 {
		return float64(s.library.Slices().Messages.Held())
	})
	s.textFigures()
	count("rexian_kept_answers_total", "Answers of SQL files that were kept ones, since their database did not answer.",
		func() float64 { return float64(s.library.Stale()) })
	gauge("rexian_records_pending", "Records of calls that wait for the database.",
		func() float64 { return float64(s.library.Calls().Stats().Pending) })
	gauge("rexian_calendar_days", "Days until a calendar in use ends.", s.calendarDays)
	gauge("rexian_deployment_behind", "1 while this node serves something else than the others.", func() float64 {
		if s.sharing.behind() {
			return 1
		}
		return 0
	})
	gauge("rexian_node_held", "1 while the node's name is this server's.", func() float64 {
		if s.library.Node().Held() {
			return 1
		}
		return 0
	})
	gauge("rexian_version_calls", "Calls on the stable version.", func() float64 {
		if v := s.deployment.Stable(); v != nil {
			return float64(v.Calls())
		}
		return 0
	})
}

// trunkFigures tells Prometheus what is known of the trunks and what they carry.
type trunkFigures struct{ *trunk.Set }

var (
	trunkUp = prometheus.NewDesc("rexian_trunk_up", "Whether calls can go over a trunk: 1, or 0.", []string{"trunk"},
		nil)
	trunkCalls = prometheus.NewDesc("rexian_trunk_calls", "Calls on a trunk now, in both directions.",
		[]string{"trunk"}, nil)
	trunkTalk = prometheus.NewDesc("rexian_trunk_seconds_today",
		"Seconds that outbound calls talked over a trunk today.", []string{"trunk"}, nil)
	trunkRegistered = prometheus.NewDesc("rexian_trunk_registered",
		"1 while the log-in at a trunk holds, 0 while it does not; only of trunks that log in.", []string{"trunk"}, nil)
	trunkPaused = prometheus.NewDesc("rexian_trunk_quarantine",
		"1 while a trunk is left alone because calls over it failed.", []string{"trunk"}, nil)
	phonePlaces = prometheus.NewDesc("rexian_phone_registered", "Places where a telephone is registered.",
		[]string{"phone"}, nil)
	phoneCalls = prometheus.NewDesc("rexian_phone_calls", "Calls of a telephone now, in both directions.",
		[]string{"phone"}, nil)
)

func (trunkFigures) Describe(c chan<- *prometheus.Desc) {
	c <- trunkUp
	c <- trunkCalls
	c <- trunkTalk
	c <- trunkRegistered
	c <- trunkPaused
}

func (f trunkFigures) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, trunk string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, trunk)
	}
	for _, st := range f.Status() {
		up := 1.0
		if st.State == trunk.Down || st.State == trunk.Refused || st.State == trunk.Disabled {
			up = 0
		}
		gauge(trunkUp, up, st.Name)
		if st.LogsIn {
			gauge(trunkRegistered, truth(st.Registered), st.Name)
		}
		gauge(trunkPaused, truth(st.Paused), st.Name)
	}
	for _, x := range f.Carried() {
		gauge(trunkCalls, float64(x.Calls), x.Name)
		gauge(trunkTalk, x.Today.Seconds(), x.Name)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// phoneFigures tells Prometheus of the telephones of the configuration.
type phoneFigures struct{ l *lines }

func (phoneFigures) Describe(c chan<- *prometheus.Desc) {
	c <- phonePlaces
	c <- phoneCalls
}

func (f phoneFigures) Collect(c chan<- prometheus.Metric) {
	places, calls := f.l.registrar.Registered(), map[string]int{}
	if server := f.l.sender.Load(); server != nil {
		calls = server.CallsOf()
	}
	for user := range *f.l.accounts.of.Load() {
		c <- prometheus.MustNewConstMetric(phonePlaces, prometheus.GaugeValue, float64(places[user]), user)
		c <- prometheus.MustNewConstMetric(phoneCalls, prometheus.GaugeValue, float64(calls[user]), user)
	}
}
