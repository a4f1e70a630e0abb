"""The desk's figures as Prometheus reads them."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services import metrics

CONTENT_TYPE = CONTENT_TYPE_LATEST


def text(*, at: datetime) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Figures(at))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, at: datetime) -> None:
        self._at = at

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in metrics.figures(at=self._at):
            family = families.get(figure.name)
            if family is None:
                family = GaugeMetricFamily(figure.name, figure.help, labels=list(figure.labels))
                families[figure.name] = family
            family.add_metric(list(figure.labels.values()), figure.value)
        return families.values()

    def describe(self) -> Iterable[Metric]:
        return []  # asked for at registration: nothing is to be counted for it
