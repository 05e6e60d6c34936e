"""Features of support tickets: their values, and that what happens later changes nothing."""

from datetime import date, datetime

import pytest
from pyspark.sql import Row, SparkSession

from churn_spark.features.support import FEATURES, support_features
from churn_spark.sources.tables import TICKETS

AS_OF = date(2026, 4, 1)


@pytest.fixture(scope="module")
def ann(spark: SparkSession) -> Row:
    tickets = [
        ("1", "ann", datetime(2025, 12, 1), datetime(2025, 12, 2), True, True, 4.0),
        ("2", "ann", datetime(2026, 2, 10), datetime(2026, 2, 10, 12), True, False, 2.0),
        ("3", "ann", datetime(2026, 3, 2), datetime(2026, 4, 1), False, True, 1.0),  # still open at as_of
        ("4", "ann", datetime(2026, 3, 30), None, None, None, None),
        ("5", "ann", datetime(2026, 4, 1), None, True, True, None),  # opened at as_of
    ]
    [row] = support_features(spark.createDataFrame(tickets, TICKETS.columns), [AS_OF]).collect()
    return row


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("support_tickets_30d", 2.0),
        ("support_tickets_90d", 3.0),
        ("support_calls_per_month", 1 / 3),
        ("urgent_tickets_90d", 1.0),
        ("open_tickets", 2.0),
        ("days_since_last_ticket", 2.0),
        ("hours_to_close", 18.0),
        ("ticket_satisfaction_mean", 3.0),
        ("ticket_satisfaction_last", 2.0),
        ("low_ratings_90d", 1.0),
    ],
)
def test_value(ann: Row, feature: str, value: float) -> None:
    assert ann[feature] == pytest.approx(value, rel=1e-12)


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]
