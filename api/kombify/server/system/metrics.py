"""Figures for Prometheus, in a registry of our own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

import kombify
from kombify.server.system.figures import Figures
from kombify.server.system.requests import Requests

TYPE = "text/plain; version=0.0.4; charset=utf-8"
DURATIONS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)


class Metrics:
    """What Prometheus reads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Requests(self.registry)
        ProcessCollector(registry=self.registry)
        Info("kombify", "The service.", registry=self.registry).info({"version": kombify.__version__})
        self._unfinished = self._gauge("jobs", "Jobs and workflows that have not ended, by state.", "state")
        self._ended = self._counter("jobs_ended", "Jobs and workflows that ended since the start, by state.", "state")
        self._launches = self._gauge("jobs_launched", "Number of the newest job: how many were launched ever.")
        self._queue = self._gauge("queue_length", "Jobs that nobody has begun yet.")
        self._oldest = self._gauge("queue_oldest_seconds", "Seconds for which the oldest of them has waited.")
        self._events = self._counter("events_stored", "Events of jobs that were stored since the start.")
        self._workers = self._gauge("workers", "Workers by state.", "state")
        self._troubles = self._gauge("troubles", "What does not work now; /readyz has the words.")
        self._warnings = self._gauge("warnings", "What keeps single jobs waiting, or may be wrong soon; see /readyz.")
        self._size = self._gauge("database_bytes", "Size of the database.")
        self._free = self._gauge("data_free_bytes", "Free space where the data folder is.")
        self._left_out = self._gauge("audit_left_out", "Entries of the audit that could not be written.")
        self._seconds = Histogram(
            "kombify_job_seconds",
            "Seconds from the start of a job to its end.",
            ("state",),
            buckets=DURATIONS,
            registry=self.registry,
        )

    def text(self, figures: Figures) -> bytes:
        """Return all figures in Prometheus' format."""
        for gauge, by_state in ((self._unfinished, figures.unfinished), (self._workers, figures.workers)):
            gauge.clear()
            for state, count in by_state.items():
                gauge.labels(state).set(count)
        for end in figures.ends:
            self._ended.labels(end.state).inc()
            if end.seconds is not None:
                self._seconds.labels(end.state).observe(end.seconds)
        self._events.inc(figures.events)
        self._launches.set(figures.newest)
        self._queue.set(figures.queued)
        self._oldest.set(figures.oldest)
        self._troubles.set(figures.troubles)
        self._warnings.set(figures.warnings)
        self._size.set(figures.database_bytes)
        self._free.set(figures.free_bytes)
        self._left_out.set(figures.left_out)
        return generate_latest(self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"kombify_{name}", meaning, labels, registry=self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"kombify_{name}", meaning, labels, registry=self.registry)
