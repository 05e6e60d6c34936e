"""Features of payments: their values, and that later payments change nothing."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from churn_spark.features.transactions import FEATURES, transaction_features
from churn_spark.sources.tables import TRANSACTIONS
from tests.rows import assert_rows

AS_OF = date(2026, 4, 1)
PAST = (
    ("1", "ann", datetime(2025, 12, 1), Decimal(40)),  # 121 days before
    ("2", "ann", datetime(2026, 2, 10), Decimal(30)),  # 50 days before
    ("3", "ann", datetime(2026, 3, 2), Decimal(20)),  # 30 days before
    ("4", "ann", datetime(2026, 3, 31, 12), Decimal(-10)),
    ("5", "bob", datetime(2025, 12, 1), Decimal(-5)),
)


def features(spark: SparkSession, *rows: tuple[str, str, datetime, Decimal]) -> DataFrame:
    return transaction_features(spark.createDataFrame(list(rows), TRANSACTIONS.columns), [AS_OF])


@pytest.fixture(scope="module")
def known(spark: SparkSession) -> dict[str, Row]:
    return {row.user_id: row for row in features(spark, *PAST).collect()}


@pytest.mark.parametrize(
    ("feature", "ann", "bob"),
    [
        ("purchase_frequency_30d", 1.0, 0.0),
        ("purchase_frequency_90d", 2.0, 0.0),
        ("revenue_30d", 10.0, 0.0),
        ("revenue_90d", 40.0, 0.0),
        ("avg_order_value", 30.0, None),
        ("revenue_trend", -0.5, None),
        ("days_since_last_purchase", 30.0, None),
        ("refunds_90d", 1.0, 0.0),
    ],
)
def test_value(known: dict[str, Row], feature: str, ann: float, bob: float | None) -> None:
    assert [known["ann"][feature], known["bob"][feature]] == [ann, bob]


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]


def test_payments_at_or_after_as_of_change_nothing(spark: SparkSession) -> None:
    future = (("6", "ann", datetime(2026, 4, 1), Decimal(9)), ("7", "dan", datetime(2026, 5, 1), Decimal(9)))
    assert_rows(features(spark, *PAST, *future), features(spark, *PAST))
