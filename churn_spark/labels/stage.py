"""The stages that label customers: by what the logs tell later, or by what a customer table says."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame

from churn_spark.clock import DAY
from churn_spark.features.span import Span
from churn_spark.features.stage import last_customer_day, log_span, tiles_in
from churn_spark.features.tables import BEHAVIOR
from churn_spark.labels.definitions import REASONS, churn_days, churn_labels, label_overlap
from churn_spark.labels.expectations import labels_by
from churn_spark.labels.snapshot import SNAPSHOT, snapshot_labels
from churn_spark.labels.tables import LABEL_OVERLAP, LABELS
from churn_spark.lake import Lake
from churn_spark.quality.gate import publish
from churn_spark.settings.all import Settings
from churn_spark.sources.tables import CUSTOMERS


def labels(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`gold.user_days` -> `gold.labels` of all customers at each `as_of`, with `ops.label_overlap`."""
    span, churns = churns_in_logs(lake, settings)
    lake.replace(LABEL_OVERLAP, label_overlap(churns, span.end))
    rows = churn_labels(lake.read(BEHAVIOR), churns, span.end, settings.labels, span.outages)
    return _publish(lake, rows, tuple(REASONS), settings)


def customer_labels(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The customer table -> `gold.labels` at the midnight after its newest row: what it says of each customer."""
    rows = snapshot_labels(lake.read(CUSTOMERS), last_customer_day(lake) + DAY)
    return _publish(lake, rows, (SNAPSHOT,), settings)


def churns_in_logs(lake: Lake, settings: Settings) -> tuple[Span, DataFrame]:
    """The days that the logs span, and every churn by their tiles."""
    span = log_span(lake, settings)
    return span, churn_days(tiles_in(lake, span), settings.labels, span.outages)


def _publish(lake: Lake, rows: DataFrame, versions: Sequence[str], settings: Settings) -> Mapping[str, int]:
    warnings = publish(lake, LABELS, rows, labels_by(versions, settings.labels))
    churned = lake.read(LABELS).where("churned").groupBy("label_version").count().collect()
    return {
        "rows": lake.read(LABELS).count(),
        **{f"churned by {version}": count for version, count in sorted(churned)},
        "warnings": warnings,
    }
