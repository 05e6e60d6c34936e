"""Features of payments: their values, and that later payments change nothing."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from churn_spark.features.transactions import FEATURES, transaction_features
from churn_spark.sources.tables import TRANSACTIONS
from tests.rows import assert_rows

AS_OF = date(2026, 4, 1)


def payment(number: str, user: str, paid_at: datetime, amount: int, **known: Any) -> dict[str, Any]:
    return {"transaction_id": number, "user_id": user, "paid_at": paid_at, "amount": Decimal(amount), **known}


PAST = (
    payment("1", "ann", datetime(2025, 12, 1), 40, price=Decimal(40), due_at=datetime(2025, 12, 3)),  # 121 days before
    payment("2", "ann", datetime(2026, 2, 10), 30, price=Decimal(30), due_at=datetime(2026, 2, 9)),  # 50 days before
    payment("3", "ann", datetime(2026, 3, 2), 20),  # 30 days before
    payment("4", "ann", datetime(2026, 3, 30), 50, price=Decimal(50), due_at=datetime(2026, 4, 2), failed=True),
    payment("5", "ann", datetime(2026, 3, 31, 12), -10),
    payment("6", "bob", datetime(2025, 12, 1), -5),
)


def features(spark: SparkSession, *rows: dict[str, Any]) -> DataFrame:
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
        ("total_revenue", 80.0, -5.0),
        ("total_orders", 3.0, 0.0),
        ("failed_payments_30d", 1.0, 0.0),
        ("failed_payments_90d", 1.0, 0.0),
        ("days_since_failed_payment", 2.0, None),
        ("billing_issues_90d", 3.0, 0.0),  # late on 10 February, failed on 30 March, paid back on 31 March
        ("on_time_share_180d", 1 / 3, None),
        ("current_price", 50.0, None),
        ("price_change_180d", 0.25, None),
        ("days_since_price_change", 2.0, None),
    ],
)
def test_value(known: dict[str, Row], feature: str, ann: float, bob: float | None) -> None:
    assert [known["ann"][feature], known["bob"][feature]] == [ann, bob]


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]


def test_payments_at_or_after_as_of_change_nothing(spark: SparkSession) -> None:
    future = (
        payment("7", "ann", datetime(2026, 4, 1), 9, price=Decimal(1)),
        payment("8", "dan", datetime(2026, 5, 1), 9),
    )
    assert_rows(features(spark, *PAST, *future), features(spark, *PAST))
