"""Definitions of churn and the labels that they give."""

from datetime import date, datetime

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.features.batch import user_days
from churn_spark.labels.definitions import churn_days, churn_labels, first_with_churn
from churn_spark.settings import LabelSettings
from tests.features.events import silver

SETTINGS = LabelSettings(gap_days=2, horizon_days=14, inactivity_days=30, train_on=["churn_def_v1", "churn_def_v2"])
AS_OF = datetime(2026, 2, 2)


def churns(spark: SparkSession, *rows: tuple[str, str, str]) -> DataFrame:
    """Rows are (user, day, page)."""
    return churn_days(user_days(silver(spark, *[(user, day, 12, 1, page) for user, day, page in rows])), 30)


def labels(spark: SparkSession, *rows: tuple[str, str], data_end: date = date(2026, 4, 1)) -> dict[str, bool | None]:
    """Labels of one user, active on each `day` with one `page`, by definition."""
    customers = spark.createDataFrame([("ann", AS_OF)], "user_id STRING, as_of TIMESTAMP")
    found = churn_labels(customers, churns(spark, *[("ann", *row) for row in rows]), data_end, SETTINGS)
    return {row.label_version: row.churned for row in found.collect()}


def test_churn_days_with_reason_and_return(spark: SparkSession) -> None:
    found = churns(
        spark,
        ("ann", "2026-01-05", "Cancellation Confirmation"),
        ("bob", "2026-01-05", "Submit Downgrade"),
        ("bob", "2026-02-05", "Home"),
    )
    assert {(row.user_id, row.reason, row.churn_day, row.back_day) for row in found.collect()} == {
        ("ann", "cancellation", date(2026, 1, 5), None),
        ("ann", "inactivity", date(2026, 2, 4), None),
        ("bob", "downgrade", date(2026, 1, 5), date(2026, 2, 5)),
        ("bob", "inactivity", date(2026, 2, 4), date(2026, 2, 5)),
        ("bob", "inactivity", date(2026, 3, 7), None),
    }


@pytest.mark.parametrize(
    ("cancelled", "churned"),
    [("2026-02-03", False), ("2026-02-04", True), ("2026-02-17", True), ("2026-02-18", False)],
    ids=["in the gap", "first day of the horizon", "last day of it", "day after it"],
)
def test_a_cancellation_counts_in_the_horizon_only(spark: SparkSession, cancelled: str, churned: bool) -> None:
    found = labels(spark, ("2026-01-30", "Home"), (cancelled, "Cancellation Confirmation"))
    assert found["churn_def_v1"] is churned


def test_a_downgrade_is_churn_by_the_second_definition_only(spark: SparkSession) -> None:
    found = labels(spark, ("2026-01-30", "Home"), ("2026-02-10", "Submit Downgrade"))
    assert found == {"churn_def_v1": False, "churn_def_v2": True}


def test_silence_is_churn_by_the_second_definition_only(spark: SparkSession) -> None:
    assert labels(spark, ("2026-01-10", "Home")) == {"churn_def_v1": False, "churn_def_v2": True}


def test_a_label_is_unknown_until_the_horizon_has_passed(spark: SparkSession) -> None:
    rows = (("2026-01-30", "Home"), ("2026-02-05", "Cancellation Confirmation"))
    assert labels(spark, *rows, data_end=date(2026, 2, 17))["churn_def_v1"] is None
    assert labels(spark, *rows, data_end=date(2026, 2, 18))["churn_def_v1"] is True


def test_who_has_churned_and_not_come_back_is_left_out(spark: SparkSession) -> None:
    assert labels(spark, ("2025-12-20", "Home")).keys() == {"churn_def_v1"}
    assert labels(spark, ("2025-12-20", "Home"), ("2026-02-01", "Home")).keys() == {
        "churn_def_v1",
        "churn_def_v2",
    }


def test_the_first_definition_with_churn_in_the_logs_is_trained_on(spark: SparkSession) -> None:
    cancelled = churns(spark, ("ann", "2026-01-05", "Cancellation Confirmation"))
    silent = churns(spark, ("ann", "2026-01-05", "Home"))
    end = date(2026, 3, 1)
    assert first_with_churn(cancelled, end, SETTINGS.train_on) == "churn_def_v1"
    assert first_with_churn(silent, end, SETTINGS.train_on) == "churn_def_v2"
    assert first_with_churn(silent, date(2026, 1, 6), ["churn_def_v1"]) == "churn_def_v1"
