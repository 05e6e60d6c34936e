"""What becomes of users: activity, satisfaction, and who leaves."""

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import number_of_blocks
from churn_spark.simulate.decisions import CANCEL, Day, decide
from churn_spark.simulate.life import live
from churn_spark.simulate.users import draw_users
from tests.simulate.conftest import SETTINGS, Block

HORIZON = 14


@pytest.fixture(scope="module")
def days() -> Day:
    """Two months of 2,048 users."""
    settings = SimulateSettings(users=2048, days=60, start=date(2026, 1, 1), seed=7)
    blocks = [live(settings, number, draw_users(settings, number))[0] for number in range(number_of_blocks(settings))]
    return Day(*(np.concatenate(arrays, axis=1) for arrays in zip(*blocks, strict=True)))


def test_the_seed_alone_decides() -> None:
    def starts(seed: int) -> list[int]:
        settings = SETTINGS.model_copy(update={"seed": seed, "days": 3})
        return live(settings, 0, draw_users(settings, 0))[1]["start"].tolist()

    assert starts(1) == starts(1)
    assert starts(1) != starts(2)


def test_an_eighth_to_a_quarter_of_the_users_cancel_in_two_months(days: Day) -> None:
    assert 0.12 < (days.decision == CANCEL).any(axis=0).mean() < 0.25


def test_as_many_cancel_as_the_hazards_say(days: Day) -> None:
    hazard = days.cancel_hazard
    deviation = np.sqrt((hazard * (1 - hazard)).sum())
    assert abs((days.decision == CANCEL).sum() - hazard.sum()) < 3 * deviation


def test_the_hazard_foretells_cancellations_well_but_not_surely(days: Day) -> None:
    areas = []
    for as_of in range(7, 60 - HORIZON, 7):
        stays = days.customer[as_of]
        churned = (days.decision[as_of : as_of + HORIZON] == CANCEL).any(axis=0)
        areas.append(roc_auc_score(churned[stays], days.cancel_hazard[as_of - 1][stays]))
    assert 0.85 < np.mean(areas) < 0.92


def test_nobody_is_a_customer_before_the_day_after_registration_or_after_cancelling(block: Block) -> None:
    number = np.arange(SETTINGS.days)[:, None]
    assert not block.days.customer[number <= block.users.joined_on].any()
    cancelled = np.cumsum(block.days.decision == CANCEL, axis=0)
    assert not block.days.customer[1:][cancelled[:-1] > 0].any()


def test_only_paying_customers_downgrade() -> None:
    n = 10_000
    paid = np.arange(n) % 2 == 0
    day = decide(np.random.default_rng(0), np.ones(n, bool), np.full(n, -2.0), paid)
    assert (day.downgrade_hazard[~paid] == 0).all()
    assert day.downgrade_hazard[paid] == pytest.approx(p.DOWNGRADE_RATE * np.exp(p.DOWNGRADE_SLOPE * -2))


def test_paying_customers_play_about_three_times_as_much(block: Block) -> None:
    def songs_per_day(paid: bool) -> float:
        songs = block.sessions["songs"][block.sessions["paid"] == paid].sum()
        return songs / (block.days.customer & (block.days.paid == paid)).sum()

    assert 2 < songs_per_day(True) / songs_per_day(False) < 4


def test_weekends_are_busier(block: Block) -> None:
    day = block.sessions["start"] // MS_PER_DAY  # the first one is a Thursday
    weekend = np.isin(day % 7, (2, 3)).mean() / 2
    assert weekend > 1.2 * (1 - 2 * weekend) / 5


def test_evenings_are_busier(block: Block) -> None:
    hour = block.sessions["start"] % MS_PER_DAY // MS_PER_HOUR
    assert np.isin(hour, range(18, 22)).mean() > 1.5 * np.isin(hour, range(10, 14)).mean()


@pytest.mark.parametrize("pain", ["ERROR_PAIN", "ADVERT_PAIN", "THUMBS_DOWN_PAIN"])
def test_mishaps_lower_satisfaction(block: Block, monkeypatch: pytest.MonkeyPatch, pain: str) -> None:
    monkeypatch.setattr(p, pain, 3.0)
    pained, _ = live(SETTINGS, 0, block.users)
    assert pained.satisfaction.mean() < block.days.satisfaction.mean() - 0.1


def test_satisfaction_falls_with_age(block: Block) -> None:
    new = block.users._replace(joined_on=np.zeros_like(block.users.joined_on))
    old = block.users._replace(joined_on=np.full_like(block.users.joined_on, -300))
    assert live(SETTINGS, 0, new)[0].satisfaction[1].mean() > live(SETTINGS, 0, old)[0].satisfaction[1].mean() + 0.5


def test_satisfied_customers_come_more_often(block: Block) -> None:
    satisfied = block.days.satisfaction > 0
    came = np.bincount((satisfied[block.sessions["start"] // MS_PER_DAY, block.sessions["user"]]).astype(int))
    customer = block.days.customer
    assert came[1] / (customer & satisfied).sum() > 2 * came[0] / (customer & ~satisfied).sum()


def test_after_a_drift_of_the_concept_the_satisfied_cancel() -> None:
    n = 200_000
    low, high = (np.full(n, level) for level in (-2.0, 2.0))
    for drifted, leaving, staying in ((False, low, high), (True, high, low)):
        cancelled = [
            (
                decide(np.random.default_rng(0), np.ones(n, bool), level, np.ones(n, bool), drifted).decision == CANCEL
            ).sum()
            for level in (leaving, staying)
        ]
        assert cancelled[0] > 20 * cancelled[1]
