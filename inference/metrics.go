package inference

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the figures of one server, in a registry of their own. The names
// are listed in docs/serve.md.
type metrics struct {
	registry *prometheus.Registry

	requests       *prometheus.CounterVec   // by path and status
	requestSeconds *prometheus.HistogramVec // by path
	inFlight       prometheus.Gauge

	promptTokens      *prometheus.CounterVec // by source: computed, cached
	generatedTokens   prometheus.Counter
	queueSeconds      prometheus.Histogram
	firstTokenSeconds prometheus.Histogram
	passSeconds       prometheus.Histogram
	batchSize         prometheus.Histogram
	preemptions       prometheus.Counter
	waiting, running  prometheus.Gauge
	cacheTokens       prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		return register(m, prometheus.NewCounter(prometheus.CounterOpts{Namespace: "loyal", Name: name, Help: help}))
	}
	gauge := func(name, help string) prometheus.Gauge {
		return register(m, prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "loyal", Name: name, Help: help}))
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return register(m, prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "loyal", Name: name, Help: help, Buckets: buckets}))
	}
	seconds := prometheus.ExponentialBuckets(.001, 2.5, 14) // 1 ms to 150 s

	m.requests = register(m, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "loyal", Name: "requests_total", Help: "HTTP requests answered.",
	}, []string{"path", "status"}))
	m.requestSeconds = register(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "loyal", Name: "request_seconds", Help: "Time from a request's arrival to the end of its answer.", Buckets: seconds,
	}, []string{"path"}))
	m.inFlight = gauge("requests_in_flight", "HTTP requests under way on /v1.")

	m.promptTokens = register(m, prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "loyal", Name: "prompt_tokens_total", Help: "Prompt tokens of texts that were started.",
	}, []string{"source"}))
	m.generatedTokens = counter("generated_tokens_total", "Tokens chosen.")
	m.queueSeconds = histogram("queue_seconds", "Time that a text waited for a place in the batch.", seconds)
	m.firstTokenSeconds = histogram("first_token_seconds", "Time to a text's first token.", seconds)
	m.passSeconds = histogram("pass_seconds", "Time of one pass over the weights.", seconds)
	m.batchSize = histogram("batch_size", "Texts in one pass.", prometheus.ExponentialBuckets(1, 2, 8))
	m.preemptions = counter("preemptions_total", "Texts put back in the queue because the caches were full.")
	m.waiting = gauge("texts_waiting", "Texts in the queue.")
	m.running = gauge("texts_running", "Texts in the batch.")
	m.cacheTokens = gauge("cache_tokens", "Tokens in key/value caches, those kept for reuse included.")

	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func register[C prometheus.Collector](m *metrics, c C) C {
	m.registry.MustRegister(c) // names are constants: a clash shows in every test
	return c
}
