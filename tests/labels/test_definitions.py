"""Definitions of churn and the labels that they give."""

from datetime import date, datetime

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.features.batch import user_days
from churn_spark.labels.definitions import Outages, churn_days, churn_labels, first_with_churn, label_overlap
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL
from tests.rows import event, silver

SETTINGS = load_settings(LOCAL).labels.model_copy(
    update={"gap_days": 2, "horizon_days": 14, "inactivity_days": 30, "drop_days": 4, "baseline_days": 8}
)
AS_OF = datetime(2026, 2, 2)


def busy(first: int) -> list[tuple[str, str]]:
    """Five events on each of the eight days of a baseline."""
    return [(f"2026-01-{day:02}", "Home") for day in range(first, first + 8) for _ in range(5)]


# For each reason, days on which nothing else is churn: the last one is before the horizon, and then in it.
BEFORE = {
    "cancellation": [("2026-01-31", "Cancellation Confirmation")],
    "downgrade": [("2026-01-31", "Submit Downgrade")],
    "inactivity": [("2026-01-01", "Home")],
    "engagement_drop": [*busy(21), ("2026-01-30", "Home"), ("2026-02-03", "Home")],
}
WITHIN = {
    "cancellation": [("2026-01-31", "Home"), ("2026-02-08", "Cancellation Confirmation")],
    "downgrade": [("2026-01-31", "Home"), ("2026-02-08", "Submit Downgrade")],
    "inactivity": [("2026-01-09", "Home")],
    "engagement_drop": [*busy(24), ("2026-02-03", "Home")],
}


def churns(spark: SparkSession, *rows: tuple[str, str, str], outages: Outages = ()) -> DataFrame:
    """Rows are (user, day, page)."""
    events = [event(user, day, page=page) for user, day, page in rows]
    return churn_days(user_days(silver(spark, *events)), SETTINGS, outages)


def labels(
    spark: SparkSession, *rows: tuple[str, str], data_end: date = date(2026, 4, 1), outages: Outages = ()
) -> dict[str, bool | None]:
    """Labels of one user, active on each `day` with one `page`, by definition."""
    customers = spark.createDataFrame([("ann", AS_OF)], "user_id STRING, as_of TIMESTAMP")
    of_ann = churns(spark, *[("ann", *row) for row in rows], outages=outages)
    found = churn_labels(customers, of_ann, data_end, SETTINGS, outages)
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
        ("bob", "engagement_drop", date(2026, 2, 9), None),
    }


@pytest.mark.parametrize(("events", "dropped"), [(3, date(2026, 1, 16)), (4, date(2026, 1, 18))])
def test_a_drop_is_complete_when_its_days_hold_too_little(spark: SparkSession, events: int, dropped: date) -> None:
    after = [("2026-01-14", "Home")] * events  # a fifth of what eight days before let expect are 4
    found = churns(spark, *[("ann", *row) for row in busy(5) + after]).where("reason = 'engagement_drop'")
    assert [(row.churn_day, row.back_day) for row in found.collect()] == [(dropped, None)]


def test_a_drop_ends_with_a_day_at_whose_end_it_is_no_more(spark: SparkSession) -> None:
    rows = [*busy(5), ("2026-01-17", "Home"), *[("2026-01-18", "Home")] * 5]
    found = churns(spark, *[("ann", *row) for row in rows]).where("reason = 'engagement_drop'")
    drop, _ = found.sort("churn_day").collect()
    assert (drop.churn_day, drop.back_day) == (date(2026, 1, 16), date(2026, 1, 18))


def outage(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


@pytest.mark.parametrize(
    ("outages", "churned"),
    [
        ([], date(2026, 2, 4)),
        ([outage("2026-01-10", "2026-01-12")], date(2026, 2, 7)),
        ([outage("2026-01-10", "2026-01-12"), outage("2026-02-06", "2026-02-07")], date(2026, 2, 9)),
        ([outage("2026-01-03", "2026-01-06")], date(2026, 2, 5)),  # begins before the last event
        ([outage("2026-01-01", "2026-01-04"), outage("2026-02-05", "2026-02-09")], date(2026, 2, 4)),
    ],
)
def test_days_of_an_outage_are_not_silent(spark: SparkSession, outages: list[tuple[date, date]], churned: date) -> None:
    found = churns(spark, ("ann", "2026-01-05", "Home"), outages=outages)
    assert [(row.reason, row.churn_day) for row in found.collect()] == [("inactivity", churned)]


@pytest.mark.parametrize("day", ["2026-01-05", "2026-01-12", "2026-01-13", "2026-01-16"])
def test_there_is_no_drop_where_an_outage_is_among_the_days(spark: SparkSession, day: str) -> None:
    rows = [("ann", *row) for row in busy(5)]
    dropped = churns(spark, *rows, outages=[outage(day, day)]).where("reason = 'engagement_drop'")
    assert dropped.isEmpty()


def test_an_outage_elsewhere_changes_no_drop(spark: SparkSession) -> None:
    rows = [("ann", *row) for row in busy(5)]
    around = [outage("2026-01-04", "2026-01-04"), outage("2026-01-17", "2026-01-17")]
    found = churns(spark, *rows, outages=around).where("reason = 'engagement_drop'")
    assert [row.churn_day for row in found.collect()] == [date(2026, 1, 16)]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [("2026-02-03", False), ("2026-02-04", None), ("2026-02-17", None), ("2026-02-18", False)],
    ids=["in the gap", "first day of the horizon", "last day of it", "day after it"],
)
def test_a_label_that_reaches_into_an_outage_is_unknown(spark: SparkSession, lost: str, expected: bool | None) -> None:
    found = labels(spark, ("2026-01-30", "Home"), outages=[outage(lost, lost)])
    assert found == {"churn_def_v1": expected, "churn_def_v2": expected}


def test_a_churn_that_is_seen_in_spite_of_an_outage_does_not_count_either(spark: SparkSession) -> None:
    rows = [("2026-01-30", "Home"), ("2026-02-08", "Cancellation Confirmation")]
    assert labels(spark, *rows, outages=[outage("2026-02-10", "2026-02-12")])["churn_def_v1"] is None


def test_a_page_after_the_cancellation_brings_nobody_back_on_the_same_day(spark: SparkSession) -> None:
    left = [("2026-01-31", "Cancellation Confirmation"), ("2026-01-31", "Home")]
    assert labels(spark, *left) == {}
    assert labels(spark, *left, ("2026-02-01", "Home")).keys() == {"churn_def_v1", "churn_def_v2"}


def test_without_a_whole_baseline_there_is_no_drop(spark: SparkSession) -> None:
    found = churns(spark, *[("ann", *row) for row in busy(5)[5:]])
    assert found.where("reason = 'engagement_drop'").isEmpty()


@pytest.mark.parametrize(
    ("cancelled", "churned"),
    [("2026-02-03", False), ("2026-02-04", True), ("2026-02-17", True), ("2026-02-18", False)],
    ids=["in the gap", "first day of the horizon", "last day of it", "day after it"],
)
def test_a_cancellation_counts_in_the_horizon_only(spark: SparkSession, cancelled: str, churned: bool) -> None:
    found = labels(spark, ("2026-01-30", "Home"), (cancelled, "Cancellation Confirmation"))
    assert found["churn_def_v1"] is churned


@pytest.mark.parametrize("reason", WITHIN)
def test_churn_within_the_horizon(spark: SparkSession, reason: str) -> None:
    assert labels(spark, *WITHIN[reason]) == {"churn_def_v1": reason == "cancellation", "churn_def_v2": True}


@pytest.mark.parametrize("reason", WITHIN)
def test_a_label_is_unknown_until_the_horizon_has_passed(spark: SparkSession, reason: str) -> None:
    known = labels(spark, *WITHIN[reason], data_end=date(2026, 2, 18))
    assert known["churn_def_v2"] is True
    unknown = labels(spark, *WITHIN[reason], data_end=date(2026, 2, 17))
    assert unknown == {"churn_def_v1": None, "churn_def_v2": None}


@pytest.mark.parametrize("reason", BEFORE)
def test_who_has_churned_is_left_out(spark: SparkSession, reason: str) -> None:
    assert labels(spark, *BEFORE[reason]).keys() == (set() if reason == "cancellation" else {"churn_def_v1"})


@pytest.mark.parametrize("reason", BEFORE)
def test_who_has_come_back_is_not(spark: SparkSession, reason: str) -> None:
    back = [("2026-02-01", "Home")] * 5
    assert labels(spark, *BEFORE[reason], *back).keys() == {"churn_def_v1", "churn_def_v2"}


def test_overlap_counts_customers_by_each_pair_of_reasons(spark: SparkSession) -> None:
    columns = "user_id STRING, reason STRING, churn_day DATE, back_day DATE"
    rows = [
        ("ann", "cancellation", date(2026, 1, 5)), ("ann", "inactivity", date(2026, 2, 4)),
        ("bob", "inactivity", date(2026, 2, 4)), ("bob", "inactivity", date(2026, 2, 20)),
        ("cid", "cancellation", date(2026, 1, 5)), ("cid", "inactivity", date(2026, 3, 1)),  # after the logs
    ]  # fmt: skip
    found = label_overlap(spark.createDataFrame([(*row, None) for row in rows], columns), date(2026, 3, 1))
    assert len(found.collect()) == 6
    assert {tuple(row) for row in found.where("other_reason = 'inactivity'").collect()} == {
        ("cancellation", "inactivity", 1, 1, 1, 1 / 3),
        ("downgrade", "inactivity", 0, 0, 2, 0.0),
    }
    assert found.where("reason = 'downgrade' AND other_reason = 'engagement_drop'").first().jaccard is None


def test_the_first_definition_with_churn_in_the_logs_is_trained_on(spark: SparkSession) -> None:
    cancelled = churns(spark, ("ann", "2026-01-05", "Cancellation Confirmation"))
    silent = churns(spark, ("ann", "2026-01-05", "Home"))
    end = date(2026, 3, 1)
    assert first_with_churn(cancelled, end, SETTINGS.train_on) == "churn_def_v1"
    assert first_with_churn(silent, end, SETTINGS.train_on) == "churn_def_v2"
    assert first_with_churn(silent, date(2026, 1, 6), ["churn_def_v1"]) == "churn_def_v1"
