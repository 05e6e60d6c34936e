"""The stages that label customers: by what the logs tell later, or by what a customer table says."""

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame

from churn_spark.clock import DAY
from churn_spark.features.stage import last_customer_day, logged_days
from churn_spark.features.tables import BEHAVIOR, USER_DAYS
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
    churns, end = churn_days(lake.read(USER_DAYS), settings.labels), data_end(lake)
    lake.replace(LABEL_OVERLAP, label_overlap(churns, end))
    rows = churn_labels(lake.read(BEHAVIOR), churns, end, settings.labels)
    return _publish(lake, rows, tuple(REASONS), settings)


def customer_labels(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The customer table -> `gold.labels` at the midnight after its newest row: what it says of each customer."""
    rows = snapshot_labels(lake.read(CUSTOMERS), last_customer_day(lake) + DAY)
    return _publish(lake, rows, (SNAPSHOT,), settings)


def data_end(lake: Lake) -> date:
    """The first day without logs."""
    return logged_days(lake)[1] + DAY


def _publish(lake: Lake, rows: DataFrame, versions: Sequence[str], settings: Settings) -> Mapping[str, int]:
    warnings = publish(lake, LABELS, rows, labels_by(versions, settings.labels))
    churned = lake.read(LABELS).where("churned").groupBy("label_version").count().collect()
    return {
        "rows": lake.read(LABELS).count(),
        **{f"churned by {version}": count for version, count in sorted(churned)},
        "warnings": warnings,
    }
