"""One fit on one fold: what it learns from, and what it tells."""

from dataclasses import replace

import numpy as np
import pytest

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled
from churn_spark.tuning.data import Data
from churn_spark.tuning.folds import Fold, Places
from churn_spark.tuning.grids import GRIDS, SPACES, drawn, every
from churn_spark.tuning.imbalance import METHODS, balanced
from churn_spark.tuning.selection import CHOICES, agreement, without_twins
from churn_spark.tuning.trials import Bench, Trial, run_trial

NAMES = ("days_since_last_event", "songs", "twin_of_songs", "noise")
ROWS = 600


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Every third customer churns early; the first two features tell, the third repeats one, the fourth is noise."""
    rng = np.random.default_rng(7)
    churned = (rng.random(ROWS) < 0.15).astype(float)
    songs = rng.normal(0, 1, ROWS) - 1.5 * churned
    silent = rng.exponential(2 + 5 * churned)
    rows = np.column_stack([silent, songs, 2 * songs + 1, rng.normal(0, 1, ROWS)])
    rows[rng.random(rows.shape) < 0.05] = np.nan
    features = tuple(CardFeature(name=name, description="", minimum=None, maximum=None) for name in NAMES)
    customers = np.arange(ROWS)
    part = customers % 3
    fold = Fold("one", part == 0, part == 1, part == 2)
    places = Places(np.zeros(ROWS, dtype=int), customers, customers, 14)
    return Bench(Data(Labelled(rows, churned), places, features), [fold], selected_features=2, max_correlation=0.98)


def test_a_trial_tells_what_the_fit_was_worth(bench: Bench) -> None:
    result = run_trial(bench, Trial("logistic_regression", {"C": 0.1}, 0, 7))
    metrics = result.metrics
    assert (metrics["roc_auc"] or 0) > 0.8
    assert result.validation_roc_auc > 0.8
    assert metrics["rows"] == ROWS / 3
    assert (metrics["train_seconds"] or 0) > 0
    assert (metrics["microseconds_a_row"] or 0) > 0


@pytest.mark.parametrize("method", METHODS)
def test_balanced_rows_hold_as_much_churn_and_calibration_sets_the_mean_right(bench: Bench, method: str) -> None:
    train = bench.data.labelled.only(bench.folds[0].train)
    if method != "none":
        for rows in balanced(train, method, 7):
            weights = np.ones(len(rows.churned)) if rows.weights is None else rows.weights
            assert np.average(rows.churned, weights=weights) == pytest.approx(0.5, abs=0.01)
    metrics = run_trial(bench, Trial("logistic_regression", {}, 0, 7, imbalance=method)).metrics
    assert metrics["calibrated_mean"] == pytest.approx(metrics["churn_rate"], abs=0.05)


@pytest.mark.parametrize("choice", CHOICES)
def test_features_are_chosen_by_the_rows_to_learn_from(bench: Bench, choice: str) -> None:
    chosen = run_trial(bench, Trial("logistic_regression", {}, 0, 7, choice=choice)).features
    expected = {"all": (0, 0), "k_best": (2, 2), "gain": (2, 2), "without_twins": (3, 3)}[choice]
    assert expected[0] <= len(chosen) <= expected[1]
    assert "noise" not in chosen or choice == "without_twins"


def test_of_twins_the_first_stays() -> None:
    one = np.arange(40.0)
    assert without_twins(np.column_stack([one, -one, one % 7]), 0.98).tolist() == [0, 2]


def test_agreement_of_selections() -> None:
    assert agreement([frozenset("ab"), frozenset("bc")]) == pytest.approx(1 / 3)
    assert agreement([frozenset("ab")]) == 1.0


def test_fewer_customers_are_a_part_of_more(bench: Bench) -> None:
    small, large = (run_trial(bench, Trial("baseline", {}, 0, 7, share=share)) for share in (0.25, 1.0))
    assert small.metrics["rows"] == large.metrics["rows"]


def test_every_grid_and_space_is_of_a_kind_and_a_budget_draws_from_it() -> None:
    assert len(every(GRIDS["xgboost"])) == 27
    assert GRIDS.keys() >= SPACES.keys()
    own, *others = drawn(GRIDS["xgboost"], 4, 7)
    assert own == {}
    assert len(others) == 3
    assert all(other in every(GRIDS["xgboost"]) for other in others)
    assert drawn(GRIDS["ensemble"], 4, 7) == [{}]


@pytest.fixture(scope="module")
def drifted() -> Bench:
    """Rows of days 0 and 28: first, customers with few songs churn, and then those with many."""
    rng = np.random.default_rng(7)
    songs = rng.normal(0, 1, ROWS)
    late = np.arange(ROWS) % 2 == 1
    churned = (np.where(late, songs, -songs) + rng.normal(0, 0.5, ROWS) > 1).astype(float)
    kept_out = np.arange(ROWS) % 6 >= 4
    test = late & (np.arange(ROWS) % 5 == 0)
    folds = [
        Fold("early", ~late & ~kept_out, ~late & kept_out, late & ~test),
        Fold("late", ~test & ~kept_out, ~test & kept_out, test),
    ]
    places = Places(np.where(late, 28, 0), np.arange(ROWS), np.arange(ROWS), 14)
    feature = CardFeature(name="songs", description="", minimum=None, maximum=None)
    return Bench(Data(Labelled(songs[:, None], churned), places, (feature,)), folds, 1, 0.98, half_life_days=7)


def test_ways_of_retraining_follow_a_drift_and_tell_what_they_forget(drifted: Bench) -> None:
    quick = {"trees": 60, "learning_rate": 0.2}
    ways = ("kept", "full", "recency", "warm_start", "ensemble")
    metrics = {way: run_trial(drifted, Trial("xgboost", quick, 1, 7, retraining=way)).metrics for way in ways}
    new, old = ({way: metrics[way][name] or 0 for way in ways} for name in ("roc_auc", "old_roc_auc"))
    assert new["kept"] < 0.3
    assert new["recency"] > max(0.7, new["full"])
    assert new["warm_start"] > new["kept"]
    assert old["kept"] > old["ensemble"] > old["recency"]


def test_a_trial_takes_the_parameters_of_the_settings_and_changes_only_its_own(bench: Bench) -> None:
    weak = replace(bench, own={"xgboost": {"trees": 1, "learning_rate": 0.01}})
    mean = {parameters: run_trial(weak, Trial("xgboost", dict(parameters), 0, 7)).metrics["mean_probability"]
            for parameters in ((), (("trees", 1),), (("trees", 40),))}  # fmt: skip
    assert mean[()] == mean[("trees", 1),]
    assert mean[()] != mean[("trees", 40),]
