"""What a hub counts of its own work, for Prometheus; each hub has its own registry.

Nothing in here is of one gym or one station: totals over all that this hub has taken in since it
started. How many sessions of people came when can be read from them as exactly as the Now page
shows it for each gym, and no more closely: technique, exercises and stations have no part in it.
"""

from collections import Counter as Counts
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from station import __version__
from station.hub.reading import LEAVES, Newer, Record, Told, Unreadable
from station.messages import SessionEvent

SOURCES = ("camera", "demo", "simulated")
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200)

Gauges = Callable[[], Iterable[Metric]]


class Meters:
    """Counts from any thread; `text` is what a scrape is answered with."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"hinge_{name}", what, labels, registry=self._registry)

        self._messages = counter("messages", "Messages of stations, by their kind.", "leaf")
        self._sessions = counter("sessions_stored", "New sessions in the database.", "source")
        self._duplicates = counter("sessions_duplicate", "Sessions that were there already.")
        self._unreadable = counter("messages_unreadable", "Messages that fit no schema.")
        self._aside = counter("messages_aside", "Messages of a newer schema, kept aside.")
        self._commit = Histogram(
            "hinge_commit_seconds",
            "Time to write one batch durably.",
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._batch = Histogram(
            "hinge_batch_messages",
            "Messages written in one transaction.",
            buckets=BATCH_BUCKETS,
            registry=self._registry,
        )
        for leaf in LEAVES:
            self._messages.labels(leaf)
        for source in SOURCES:
            self._sessions.labels(source)
        ProcessCollector(registry=self._registry)

    def committed(
        self, records: Sequence[Record], stored: Mapping[str, int], seconds: float
    ) -> None:
        """A batch is in the database; `stored`: source → sessions of it that are new."""
        self._commit.observe(seconds)
        self._batch.observe(len(records))
        sessions = 0
        leaves: Counts[str] = Counts()
        for record in records:
            match record:
                case Told(_, message):
                    sessions += isinstance(message, SessionEvent)
                    leaves[_LEAF_OF[type(message)]] += 1
                case Newer(_, leaf):
                    leaves[leaf] += 1
                    self._aside.inc()
                case Unreadable(_, leaf):
                    leaves[leaf] += 1
                    self._unreadable.inc()
        for leaf, count in leaves.items():
            self._messages.labels(leaf).inc(count)
        for source, count in stored.items():
            self._sessions.labels(source).inc(count)
        self._duplicates.inc(max(0, sessions - sum(stored.values())))

    def text(self, gauges: Gauges) -> bytes:
        """Everything counted, and `gauges` of this moment, in Prometheus' text format."""
        now = CollectorRegistry()
        now.register(_Once(gauges))
        return generate_latest(self._registry) + generate_latest(now)


_LEAF_OF = {kind: leaf for leaf, kind in LEAVES.items()}


class _Once(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._gauges()


def gauge(name: str, what: str, value: float) -> Metric:
    """One number of this moment."""
    return GaugeMetricFamily(f"hinge_{name}", what, value=value)


def gauge_by(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    """One number for each value of `label`."""
    family = GaugeMetricFamily(f"hinge_{name}", what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def build(database: str) -> Metric:
    """Which program runs, on which kind of database."""
    return InfoMetricFamily(
        "hinge_build", "This hub.", value={"version": __version__, "database": database}
    )
