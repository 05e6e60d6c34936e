"""A trial: one fit on one fold, and what it was worth. It runs wherever there is a core."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss

from churn_spark.evaluation.metrics import array_counts, best_threshold, evaluate, roc_auc
from churn_spark.model_card import CardFeature
from churn_spark.models.calibration import calibrated, platt
from churn_spark.models.candidate import Labelled, Rows
from churn_spark.models.candidates import fit_model
from churn_spark.models.model import Model
from churn_spark.training.checks import telling_places
from churn_spark.training.retraining import Method as Refit
from churn_spark.training.retraining import recency_weights, refitted
from churn_spark.tuning.data import Data
from churn_spark.tuning.folds import Fold
from churn_spark.tuning.imbalance import Method, balanced
from churn_spark.tuning.selection import Choice, chosen

Retraining = Refit | Literal["kept"]


@dataclass(frozen=True)
class Trial:
    """What is fitted: a kind of model with parameters that differ from its own, on the fold of this number.

    - `imbalance`, `choice`: how the rows are balanced and the features chosen, as their modules say.
    - `share`: of the customers to learn from.
    - `retraining`: how a model of the first fold, the old one, is trained anew; `kept`: it is not.
    """

    kind: str
    parameters: Mapping[str, Any]
    fold: int
    seed: int
    imbalance: Method = "none"
    choice: Choice = "all"
    share: float = 1.0
    retraining: Retraining = "full"


@dataclass(frozen=True)
class Result:
    """What a trial was worth: metrics on the rows tested on, and the ROC-AUC on the validation rows.

    `metrics` also has train_seconds, microseconds_a_row, and before and after calibration by Platt's method the Brier
    score, the mean probability, and the churn rate to compare it with; and old_roc_auc, on the validation rows of the
    first fold, which tells what was forgotten. `features` names those that were chosen, unless
    all were.
    """

    trial: Trial
    validation_roc_auc: float
    metrics: Mapping[str, float | None]
    features: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Bench:
    """What all trials of a comparison share; `own`: the parameters of a kind that a trial's parameters differ from."""

    data: Data
    folds: Sequence[Fold]
    selected_features: int
    max_correlation: float
    half_life_days: float = 30
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def run_trial(bench: Bench, trial: Trial) -> Result:
    """Fit on the fold's rows to learn from, choose the threshold on validation, measure on the rows to test on."""
    fold, data = bench.folds[trial.fold], bench.data
    train = data.labelled.only(_of_share(data, fold, trial.share))
    validation, test = data.labelled.only(fold.validation), data.labelled.only(fold.test)
    told = telling_places(train.rows)
    known = train._replace(rows=train.rows[:, told])
    on_card = [data.features[place] for place in told]
    places = told[chosen(trial.choice, known, on_card, bench.selected_features, bench.max_correlation, trial.seed)]
    train, validation, test = (part._replace(rows=part.rows[:, places]) for part in (train, validation, test))
    features = tuple(data.features[place] for place in places)
    parameters = {**bench.own.get(trial.kind, {}), **trial.parameters}
    started = time.perf_counter()
    models = [
        _fitted(bench, trial, rows, validation, features, parameters, places)
        for rows in balanced(train, trial.imbalance, trial.seed)
    ]
    fitted = time.perf_counter()
    tested = _probabilities(models, test.rows)
    a_row = (time.perf_counter() - fitted) / len(test.rows)
    watched = _probabilities(models, validation.rows)
    tuned = array_counts(validation.churned, watched)
    metrics: dict[str, float | None] = asdict(evaluate(array_counts(test.churned, tested), best_threshold(tuned)))
    metrics |= {"train_seconds": fitted - started, "microseconds_a_row": 1e6 * a_row}
    metrics |= _calibration(validation, watched, test, tested)
    past = data.labelled.only(bench.folds[0].validation)
    metrics["old_roc_auc"] = roc_auc(array_counts(past.churned, _probabilities(models, past.rows[:, places])))
    names = () if trial.choice == "all" else tuple(feature.name for feature in features)
    return Result(trial, roc_auc(tuned), metrics, names)


def _fitted(
    bench: Bench,
    trial: Trial,
    train: Labelled,
    validation: Labelled,
    features: Sequence[CardFeature],
    parameters: Mapping[str, Any],
    places: NDArray[np.intp],
) -> Model:
    """The model of the trial's way of retraining, from rows of these columns."""
    if trial.retraining == "full":
        return fit_model(trial.kind, train, validation, features, parameters, trial.seed)
    first = bench.folds[0]
    before, watched = (bench.data.labelled.only(part) for part in (first.train, first.validation))
    before, watched = (part._replace(rows=part.rows[:, places]) for part in (before, watched))
    old = fit_model(trial.kind, before, watched, features, parameters, trial.seed)
    if trial.retraining == "kept":
        return old
    if trial.retraining == "recency":
        fold, days = bench.folds[trial.fold], bench.data.places.days
        learned_from, tuned_on = days[_of_share(bench.data, fold, trial.share)], days[fold.validation]
        train = train._replace(weights=recency_weights(learned_from, bench.half_life_days))
        validation = validation._replace(weights=recency_weights(tuned_on, bench.half_life_days))
    return refitted(trial.retraining, trial.kind, train, validation, features, parameters, trial.seed, old)


def repeated(trial: Trial, folds: Sequence[Fold]) -> list[Trial]:
    """The trial on each of the folds."""
    return [replace(trial, fold=number) for number in range(len(folds))]


def _of_share(data: Data, fold: Fold, share: float) -> NDArray[np.bool_]:
    """The fold's rows to learn from, of this share of the customers, the same ones whatever the kind of model."""
    drawn = (data.places.customers % 1000) < 1000 * share
    return fold.train & drawn


def _probabilities(models: Sequence[Model], rows: Rows) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.mean([model.probabilities(rows) for model in models], axis=0)
    return mean


def _calibration(
    validation: Labelled, watched: NDArray[np.float64], test: Labelled, tested: NDArray[np.float64]
) -> dict[str, float | None]:
    straight = calibrated(platt(watched, validation.churned), tested)
    return {
        "churn_rate": float(test.churned.mean()),
        "mean_probability": float(tested.mean()),
        "calibrated_mean": float(straight.mean()),
        "calibrated_brier": float(brier_score_loss(test.churned, straight)),
    }
