"""Features of the customer source: their values, and from when on they are known."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from churn_spark.features.demographics import FEATURES, demographics_features
from churn_spark.sources.tables import CUSTOMERS

AS_OF = date(2026, 3, 2)


def customer(user: str, updated_at: datetime, **known: Any) -> dict[str, Any]:
    return {"user_id": user, "updated_at": updated_at, **known}


def features(spark: SparkSession, *customers: dict[str, Any], days: tuple[date, ...] = (AS_OF,)) -> list[Row]:
    rows = demographics_features(spark.createDataFrame(list(customers), CUSTOMERS.columns), days)
    return rows.orderBy("user_id", "as_of").collect()


@pytest.fixture(scope="module")
def known(spark: SparkSession) -> dict[str, Row]:
    return {
        row.user_id: row
        for row in features(
            spark,
            customer(
                "ann", datetime(2026, 3, 1), joined_at=datetime(2025, 12, 1), contract_months=1,
                monthly_charges=Decimal(20), total_charges=Decimal(60), service_count=4, paperless_billing=True,
                automatic_payment=False, payment_method="card", age=30, region="West", plan="family",
                gender="Female", senior=False, partner=True, dependents=False, internet="fiber",
                services="phone, Tech support",
            ),
            customer("ann", datetime(2026, 2, 1), plan="free"),
            customer("bob", datetime(2026, 1, 1), tenure_months=23.0, contract_months=24, payment_method="cash",
                     region="Bavaria", plan="gold", internet="satellite", services=""),
            customer("cid", datetime(2026, 3, 1)),
            customer("new", datetime(2026, 3, 1), tenure_months=0.0, monthly_charges=Decimal(20)),
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "ann", "bob", "cid"),
    [
        ("tenure_months", 3.0, 25.0, None),
        ("tenure_months_bin", 0.0, 2.0, None),
        ("contract_type", 0.0, 2.0, None),
        ("monthly_charges", 20.0, None, None),
        ("total_charges_per_month", 20.0, None, None),
        ("service_count", 4.0, None, None),
        ("paperless_billing", 1.0, None, None),
        ("automatic_payment", 0.0, None, None),
        ("high_risk", 1.0, 0.0, None),
        ("contract", "monthly", "longer", None),
        ("payment_method", "card", "other", None),
        ("age", 30.0, None, None),
        ("plan", "family", "other", None),
        ("customer_region", "West", "other", None),
        ("days_since_plan_change", 1.0, None, None),
        ("customer_gender", "female", None, None),
        ("internet", "fiber", "other", None),
        ("senior", 0.0, None, None),
        ("partner", 1.0, None, None),
        ("dependents", 0.0, None, None),
        ("has_phone", 1.0, 0.0, None),
        ("has_multiple_lines", 0.0, 0.0, None),
        ("has_online_security", 0.0, 0.0, None),
        ("has_online_backup", 0.0, 0.0, None),
        ("has_device_protection", 0.0, 0.0, None),
        ("has_tech_support", 1.0, 0.0, None),
        ("has_streaming_tv", 0.0, 0.0, None),
        ("has_streaming_movies", 0.0, 0.0, None),
        ("tenure_missing", 0.0, 0.0, 1.0),
        ("contract_missing", 0.0, 0.0, 1.0),
        ("total_charges_missing", 0.0, 1.0, 1.0),
    ],
)
def test_value(
    known: dict[str, Row], feature: str, ann: float | str, bob: float | str | None, cid: float | None
) -> None:
    assert [known[user][feature] for user in ("ann", "bob", "cid")] == [ann, bob, cid]


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]


def test_nothing_is_divided_by_a_tenure_of_zero(known: dict[str, Row]) -> None:
    assert (known["new"].tenure_months, known["new"].total_charges_per_month) == (0.0, None)


def test_a_row_speaks_from_after_its_time_until_the_next(spark: SparkSession) -> None:
    rows = features(
        spark,
        customer("ann", datetime(2026, 1, 12), contract_months=1),
        customer("ann", datetime(2026, 1, 19, 12), contract_months=12),
        days=(date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)),
    )
    assert [(row.as_of.day, row.contract_type) for row in rows] == [(19, 0.0), (26, 1.0)]
