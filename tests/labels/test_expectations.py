"""What `gold.labels` must keep."""

from datetime import datetime

from pyspark.sql import SparkSession

from churn_spark.labels.definitions import REASONS
from churn_spark.labels.expectations import labels_by
from churn_spark.labels.tables import LABELS
from churn_spark.quality.validation import validate
from churn_spark.settings.all import Settings
from tests.findings import failures

AS_OF = datetime(2026, 1, 5)


def test_the_rate_of_each_definition_is_held_apart(spark: SparkSession, settings: Settings) -> None:
    known = [("churn_def_v1", number < 3) for number in range(4)] + [
        ("churn_def_v2", number < 1) for number in range(4)
    ]
    unknown = [("churn_def_v2", None)] * 4
    table = spark.createDataFrame(
        [(str(number), AS_OF, *row) for number, row in enumerate([*known, *unknown])],
        "user_id STRING, as_of TIMESTAMP, label_version STRING, churned BOOLEAN",
    )
    [rate] = [
        finding for finding in validate(table, LABELS, labels_by(REASONS, settings.labels)) if not finding.success
    ]
    assert (rate.column, rate.severity, rate.observed) == ("churned", "warning", 0.75)
    assert "churn_def_v1" in rate.expectation


def test_without_a_known_label_there_is_no_rate_to_hold(spark: SparkSession, settings: Settings) -> None:
    table = spark.createDataFrame(
        [("ann", AS_OF, "churn_def_v1", None)],
        "user_id STRING, as_of TIMESTAMP, label_version STRING, churned BOOLEAN",
    )
    assert failures(table, LABELS, labels_by(REASONS, settings.labels)) == set()
