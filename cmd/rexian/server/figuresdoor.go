package server

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/media/sip/guard"
)

// door tells Prometheus what the guard and the SIP sockets count.
type door struct{ s *Server }

var (
	doorPackets = prometheus.NewDesc("rexian_guard_packets_total",
		"Packets and connections, by what the guard said. What is too fast or banned is heard where a call stands.",
		[]string{"verdict"}, nil)
	doorOffences = prometheus.NewDesc("rexian_guard_offences_total", "Offences of sources.", []string{"what"}, nil)
	doorUnproved = prometheus.NewDesc("rexian_guard_unproved_total",
		"Offences whose source was not proved: they ban nobody.", nil, nil)
	doorNewBans = prometheus.NewDesc("rexian_guard_bans_total", "Bans spoken, by reason.", []string{"why"}, nil)
	doorBans    = prometheus.NewDesc("rexian_guard_banned", "Sources that are banned now.", nil, nil)
	doorLimited = prometheus.NewDesc("rexian_guard_limited_total", "What was over a limit of its source.",
		[]string{"what"}, nil)
	doorSources = prometheus.NewDesc("rexian_guard_sources", "Sources that are remembered.", nil, nil)
	doorPending = prometheus.NewDesc("rexian_sip_unacknowledged",
		"Calls of strangers that are not acknowledged yet.", nil, nil)
	doorStreams = prometheus.NewDesc("rexian_sip_connections", "Connections open, by network.", []string{"network"},
		nil)
	doorRefused = prometheus.NewDesc("rexian_sip_refused_total",
		"Messages and connections refused or not heard, by reason.", []string{"reason"}, nil)
)

// Describe names the figures.
func (d *door) Describe(c chan<- *prometheus.Desc) {
	for _, x := range []*prometheus.Desc{doorPackets, doorOffences, doorUnproved, doorNewBans, doorBans,
		doorLimited, doorSources, doorPending,
		doorStreams, doorRefused} {
		c <- x
	}
}

// Collect reads them.
func (d *door) Collect(c chan<- prometheus.Metric) {
	count := func(x *prometheus.Desc, n uint64, labels ...string) {
		c <- prometheus.MustNewConstMetric(x, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(x *prometheus.Desc, n int, labels ...string) {
		c <- prometheus.MustNewConstMetric(x, prometheus.GaugeValue, float64(n), labels...)
	}
	g := d.s.guard.Stats()
	count(doorPackets, g.Passed, guard.Pass.String())
	count(doorPackets, g.Fast, word(guard.Fast.String()))
	count(doorPackets, g.Banned, guard.Banned.String())
	count(doorPackets, g.Denied, guard.Denied.String())
	for o, n := range g.Offences {
		count(doorOffences, n, word(o.String()))
	}
	count(doorUnproved, g.Unproved)
	for o, n := range g.NewBans {
		count(doorNewBans, n, word(o.String()))
	}
	gauge(doorBans, g.Bans)
	count(doorLimited, g.Calls, "calls")
	count(doorLimited, g.Connections, "connections")
	gauge(doorSources, g.Sources)
	server := d.s.lines.sender.Load()
	if server == nil {
		return
	}
	gauge(doorPending, server.Pending())
	for network, n := range server.Connections() {
		gauge(doorStreams, n, network)
	}
	for reason, n := range server.Refused() {
		count(doorRefused, n, strings.ToValidUTF8(reason, "?"))
	}
}

// word is a name as figures are labelled: without blanks.
func word(s string) string { return strings.ReplaceAll(s, " ", "_") }
