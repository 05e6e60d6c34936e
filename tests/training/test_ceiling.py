"""The log ceiling: what it sees of the logs, and how it ranks customers of the simulator."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import roc_auc_score

from churn_spark.behavior.tiles import tiles_of
from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.all import Settings
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.decisions import CANCEL, DOWNGRADE, UPGRADE
from churn_spark.simulate.life import live
from churn_spark.simulate.sessions import by_level
from churn_spark.simulate.users import draw_users
from churn_spark.training.benchmarks import benchmark_metrics
from churn_spark.training.ceiling import REACTIONS, ceiling_scores
from churn_spark.training.observed import PAGES, Observed, observed
from tests.rows import Event, arrow, event

FIRST = date(2026, 1, 1)
AS_OF = date(2026, 1, 9)  # the ninth day
HORIZON = 14


def seen(*events: Event, customers: tuple[str, ...] = ("ann",)) -> Observed:
    return observed(tiles_of(arrow(*events)), customers, FIRST, AS_OF)


def silent(customers: int, days: int = 30) -> Observed:
    """Free customers of long ago without any event."""
    counts = {name: np.zeros((days, customers)) for name in (*PAGES, "sessions")}
    return Observed(FIRST, counts, np.zeros((days, customers), bool), np.full(customers, -180))


def with_counts(shown: Observed, customer: int, **counts: int) -> Observed:
    """The same, but with these counts of the customer on the last day."""
    changed = {name: of_days.copy() for name, of_days in shown.counts.items()}
    for name, count in counts.items():
        changed[name][-1, customer] = count
    return shown._replace(counts=changed)


def test_the_days_from_as_of_on_are_not_seen() -> None:
    past = event("ann", "2026-01-08 23:59", song="a/x")
    future = event("ann", "2026-01-09 00:00", 2, song="a/x")
    assert seen(past, future).counts["songs"][:, 0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]


def test_a_session_over_midnight_counts_once() -> None:
    shown = seen(event("ann", "2026-01-02 23:55"), event("ann", "2026-01-03 00:05"))
    assert shown.counts["sessions"][:4, 0].tolist() == [0, 1, 0, 0]


def test_a_customer_without_a_tile_is_seen_as_silent_and_free() -> None:
    shown = seen(event("ann", "2026-01-02 10:00"), customers=("ann", "bob"))
    assert shown.counts["sessions"].sum(axis=0).tolist() == [1, 0]
    assert shown.paid.any(axis=0).tolist() == [True, False]
    assert shown.joined_on.tolist() == [0, -180]


def test_the_level_of_a_day_is_that_before_its_decision() -> None:
    shown = seen(
        event("ann", "2026-01-02 10:00", 1, level="free"),
        event("ann", "2026-01-04 10:00", 2, "Submit Upgrade", level="paid"),
        event("ann", "2026-01-06 10:00", 3, "Submit Downgrade", level="free"),
    )
    assert shown.paid[:, 0].tolist() == [False, False, False, False, True, True, False, False]


def test_the_same_seed_gives_the_same_scores() -> None:
    shown = with_counts(silent(300), 0, sessions=2, songs=9)
    assert ceiling_scores(shown, HORIZON, 7, 50).tobytes() == ceiling_scores(shown, HORIZON, 7, 50).tobytes()


@pytest.mark.parametrize("bad", [{"errors": 4}, {"thumbs_down": 4}, {"adverts": 40}])
def test_who_had_bad_songs_is_likelier_to_cancel_than_who_had_good_ones(bad: dict[str, int]) -> None:
    songs = with_counts(with_counts(silent(2), 0, sessions=5, songs=40), 1, sessions=5, songs=40, **bad)
    good, annoyed = ceiling_scores(songs, HORIZON, 7)
    assert annoyed > 1.2 * good


def test_of_a_new_customer_only_the_parameters_tell() -> None:
    joined_today = silent(400, 1)._replace(joined_on=np.zeros(400, np.int64))
    rng = np.random.default_rng(1)
    taste, mood = p.TASTE_DEVIATION * rng.standard_normal(200_000), p.MOOD_DEVIATION * rng.standard_normal(200_000)
    hazard = p.CANCEL_RATE * np.exp(p.CANCEL_SLOPE * (taste + p.NOVELTY + mood))
    expected = np.minimum(hazard, p.HIGHEST_RATE).mean()
    assert ceiling_scores(joined_today, 1, 7).mean() == pytest.approx(expected, rel=0.1)


def simulated(settings: SimulateSettings, block: int, days: int) -> tuple[Observed, np.ndarray, np.ndarray]:
    """What logs would show of the block's customers, who cancels in the HORIZON days after, and the hidden hazard."""
    users = draw_users(settings, block)
    life, sessions = live(settings, block, users)
    day = sessions["start"] // MS_PER_DAY
    shown = (day < days) & ~sessions["anonymous"]
    sessions, day = sessions[shown], day[shown]
    counts = {name: np.zeros((days, len(users.number))) for name in PAGES}
    counts["sessions"] = np.zeros((days, len(users.number)))
    np.add.at(counts["sessions"], (day, sessions["user"]), 1)
    for name in ("songs", "errors", "adverts", "thumbs_down"):
        np.add.at(counts[name], (day, sessions["user"]), sessions[name])
    for column, of_level, slope in REACTIONS:
        share = by_level(of_level, sessions["paid"]) * np.exp(slope * sessions["satisfaction"])
        reactions = np.random.default_rng(block).binomial(sessions["songs"], np.minimum(share, 1))
        np.add.at(counts[column], (day, sessions["user"]), reactions)
    for decided, decision in (("upgrades", UPGRADE), ("downgrades", DOWNGRADE)):
        counts[decided] += life.decision[:days] == decision
        counts[f"{decided[:-1]}_visits"] += counts[decided]
    seen = (counts["sessions"].sum(axis=0) > 0) & ~(life.decision[:days] == CANCEL).any(axis=0)
    churned = (life.decision[days : days + HORIZON] == CANCEL).any(axis=0)
    return (
        Observed(settings.start, counts, life.paid[:days], users.joined_on).of(np.flatnonzero(seen)),
        churned[seen],
        life.cancel_hazard[days][seen],
    )


def test_it_ranks_simulated_customers_between_chance_and_the_oracle(settings: Settings) -> None:
    simulate, days = settings.simulate.model_copy(update={"users": 2048, "days": 60}), 46
    parts = [simulated(simulate, block, days) for block in range(8)]
    scores = np.concatenate([ceiling_scores(shown, HORIZON, 7, 100) for shown, _, _ in parts])
    churned, hazard = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    assert 0.75 < roc_auc_score(churned, scores) < roc_auc_score(churned, hazard)
    assert scores.mean() == pytest.approx(churned.mean(), rel=0.25)


def test_all_benchmarks_are_compared_on_the_same_customers(spark: SparkSession) -> None:
    of_model = [("a", 0.1), ("b", 0.3), ("c", 0.2), ("d", 0.9)]
    scored = spark.createDataFrame(of_model, "user_id STRING, churn_probability DOUBLE")
    best = pd.DataFrame({
        "user_id": ["a", "b", "c"], "churned": [False, False, True], "oracle": [0.1, 0.2, 0.8],
        "log_ceiling": [0.1, 0.4, 0.2],
    })  # fmt: skip
    assert benchmark_metrics(scored, best) == {
        "benchmark_rows": 3, "oracle_roc_auc": 1, "oracle_ratio": 0.5, "log_ceiling_roc_auc": 0.5,
        "log_ceiling_ratio": 1,
    }  # fmt: skip
