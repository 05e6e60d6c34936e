"""Customers, payments, tickets and the calendar: they follow from the users that the logs follow."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.accounts import customers
from churn_spark.simulate.decisions import DOWNGRADE, UPGRADE
from churn_spark.simulate.holidays import calendar
from churn_spark.simulate.payments import transactions
from churn_spark.simulate.tickets import tickets
from churn_spark.simulate.truth import true_hazards
from tests.simulate.conftest import SETTINGS, Block


@pytest.fixture(scope="module")
def paid() -> pd.DataFrame:
    return transactions(SETTINGS, 0).to_pandas()


def happier_and_not(settings: SimulateSettings) -> tuple[set[str], set[str]]:
    """The users whose mean satisfaction is above 0.3, and those whose mean is below -0.3."""
    mean = true_hazards(settings, 0).to_pandas().groupby("userId")["satisfaction"].mean()
    return set(mean.index[mean > 0.3]), set(mean.index[mean < -0.3])


@pytest.mark.parametrize("rows", [customers, transactions, tickets])
def test_the_seed_alone_decides(rows: Callable[[SimulateSettings, int], pa.RecordBatch]) -> None:
    other = SETTINGS.model_copy(update={"seed": 8})
    assert rows(SETTINGS, 0).equals(rows(SETTINGS, 0))
    assert not rows(SETTINGS, 0).equals(rows(other, 0))


def test_a_customer_has_a_row_from_registration_and_one_for_each_change_of_plan(block: Block) -> None:
    known = customers(SETTINGS, 0).to_pandas().sort_values("updated_at")
    assert set(known["user_id"]) == set(block.users.number.astype(str))
    decided = np.isin(block.days.decision, (DOWNGRADE, UPGRADE)).any(axis=0)
    plans = known.groupby("user_id")["plan"].agg(lambda plan: "free" in set(plan) and plan.nunique() > 1)
    assert plans[plans].index.isin(block.users.number[decided].astype(str)).all()
    assert plans[block.users.number[decided].astype(str)].all()


def test_nobody_at_the_free_level_all_along_gets_a_bill(paid: pd.DataFrame, block: Block) -> None:
    free = ~block.users.paid & ~(block.days.decision == UPGRADE).any(axis=0)
    assert free.any() and not paid["user_id"].isin(block.users.number[free].astype(str)).any()


def test_a_failed_payment_is_followed_by_another_try(paid: pd.DataFrame) -> None:
    bills = paid["transaction_id"].str.rsplit("/", n=1).str[0]
    last_days = paid["paid_at"] > paid["paid_at"].max() - pd.Timedelta(days=30)
    failed = set(bills[paid["failed"] & ~last_days])
    second = set(bills[paid["transaction_id"].str.endswith("/second")])
    assert failed and failed <= second


def test_the_price_rises_once_for_everybody(paid: pd.DataFrame) -> None:
    individual = paid[paid["price"].isin([9.99, 10.99])]
    rise = pd.Timestamp("2026-01-31", tz="UTC")
    assert ((individual["price"] == 10.99) == (individual["due_at"] >= rise + pd.Timedelta(days=3))).all()


def test_the_dissatisfied_open_more_tickets_rate_lower_and_fail_to_pay_more_often() -> None:
    settings = SETTINGS.model_copy(update={"days": 365})
    happy, unhappy = happier_and_not(settings)
    opened, paid = tickets(settings, 0).to_pandas(), transactions(settings, 0).to_pandas()
    days = true_hazards(settings, 0).to_pandas()["userId"].value_counts()
    ours, theirs = (opened[opened["user_id"].isin(users)] for users in (happy, unhappy))
    assert ours["satisfaction"].mean() > theirs["satisfaction"].mean() + 0.5
    assert len(ours) / days[list(happy)].sum() < len(theirs) / days[list(unhappy)].sum()
    first = paid[paid["transaction_id"].str.endswith("/first")]
    failing = [first[first["user_id"].isin(users)]["failed"].mean() for users in (happy, unhappy)]
    assert failing[0] < failing[1]


def test_only_closed_tickets_are_rated() -> None:
    opened = tickets(SETTINGS, 0).to_pandas()
    assert opened["satisfaction"].notna().any() and opened["closed_at"].isna().any()
    assert opened[opened["closed_at"].isna()]["satisfaction"].isna().all()


def test_the_calendar_knows_holidays_and_promotions_before_and_after_the_logs() -> None:
    days = calendar(SETTINGS).to_pandas()
    holidays = dict(zip(days["day"], days["name"], strict=True))
    assert (holidays[date(2026, 1, 19)], holidays[date(2025, 11, 27)]) == ("Martin Luther King Day", "Thanksgiving")
    assert set(days["kind"]) == {"holiday", "promotion"}
    assert days["day"].min() < SETTINGS.start and days["day"].max() > date(2026, 3, 2)
