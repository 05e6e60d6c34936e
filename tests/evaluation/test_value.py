"""What customers are worth, and from which probability on an offer pays."""

import pytest

from churn_spark.evaluation.value import offer_pays_from, value_in_money
from churn_spark.settings.money import MoneySettings

MONEY = MoneySettings(
    currency="EUR", monthly_fee=10, kept_customer_value=None, offer_cost=5, offer_success_rate=0.2
)  # fmt: skip


def test_fees_are_worth_what_a_month_costs() -> None:
    assert value_in_money(12.5, MONEY) == 125


def test_an_offer_pays_where_its_gain_is_above_its_cost() -> None:
    probability = offer_pays_from(MONEY, kept_value=100)
    assert probability == pytest.approx(0.25)
    assert probability * MONEY.offer_success_rate * 100 == pytest.approx(MONEY.offer_cost)
