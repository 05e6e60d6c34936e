"""From a training set to a model and its card: threshold, metrics, and what its users must know of it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSION, Declared
from churn_spark.errors import UserError
from churn_spark.evaluation.metrics import array_counts, best_threshold, evaluate, interval, roc_auc, score_counts
from churn_spark.evaluation.money import Money, best_by_money
from churn_spark.evaluation.value import worth
from churn_spark.features.encoding import model_inputs
from churn_spark.model_card import XGBOOST, CardFeature, ModelCard
from churn_spark.models.candidate import Labelled
from churn_spark.models.explanation import explainable
from churn_spark.models.model import Model
from churn_spark.quality.sample import SAMPLE
from churn_spark.settings.all import Settings
from churn_spark.settings.section import Section
from churn_spark.settings.training import TrainingSettings
from churn_spark.training.benchmarks import benchmark_metrics
from churn_spark.training.boosting import fit
from churn_spark.training.calibrating import after, learned
from churn_spark.training.checks import check_workers, telling_of_arrays, telling_of_frame
from churn_spark.training.matrix import fetch
from churn_spark.training.prediction import churn_probability
from churn_spark.training.profile import ReferenceProfile, profile_of_arrays, profile_of_frame
from churn_spark.training.retraining import refitted

WORTH = "clv_3y"  # the feature that tells what a customer is worth, in monthly fees


def fingerprint(training_set: DataFrame, settings: Settings, found: Mapping[str, Any] | None = None) -> str:
    """A hash of all that determines the model: the rows, in any order, and the settings of labels and training.

    `found`: parameters that a search has found.
    """
    rows = training_set.agg(F.count("*"), F.bit_xor(F.xxhash64(*sorted(training_set.columns)))).collect()[0]
    decisive = {
        "rows": list(rows),
        "labels": _decisive(settings.labels),
        "training": _decisive(settings.training),
        "found": dict(found or {}),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _decisive(section: Section) -> dict[str, Any]:
    """The settings without the limits of the quality checks, which no model depends on."""
    return {key: value for key, value in section.model_dump().items() if not key.startswith(("warn_", "refuse_"))}


def fits_locally(rows: int, features: int, training: TrainingSettings) -> bool:
    """Whether the training set is fitted in one process: what `fit` says, else by its size.

    Raises UserError if the setting asks for what cannot be: too many rows at once, or another model than XGBoost
    over all workers.
    """
    values = rows * features
    local = values <= training.local_values if training.fit == "auto" else training.fit == "local"
    if local and values > training.local_values:
        raise UserError(
            f"training.fit: {rows:,} rows of {features} features are more than training.local_values "
            f"({training.local_values:,}) allows in one process; set it to auto or distributed"
        )
    if not local and training.method != "full":
        raise UserError(
            f"training.method: {training.method} is for models fitted in one process, and {rows:,} rows of {features} "
            "features go over all workers (training.fit, training.local_values); set it to full"
        )
    if not local and training.model != XGBOOST:
        raise UserError(
            f"training.model: {training.model} is fitted in one process only, and {rows:,} rows of {features} features "
            "go over all workers (training.fit, training.local_values); set it to xgboost"
        )
    return local


@dataclass(frozen=True)
class Trained:
    """A model with what its users must know of it, and the profile of the rows that it learned from.

    - `holdout`: rows that it was tested on, in the order of its features; a sample if they are too many.
    - `money`: what a kept customer is worth and an offer costs, None if that is unknown.
    """

    model: Model
    card: ModelCard
    profile: ReferenceProfile
    holdout: Labelled
    money: Money | None


class _Fitted(NamedTuple):
    """A model without calibration, the counts of its scores, and how to get the profile of a model like it.

    `rows`: those of the holdout, or a sample. `fees`: the mean of `clv_3y` on validation, None if it is unknown.
    """

    model: Model
    validation: pd.DataFrame
    holdout: pd.DataFrame
    profile: Callable[[Model], ReferenceProfile]
    rows: Labelled
    fees: float | None


def train_model(
    training_set: DataFrame,
    features: Sequence[Declared],
    settings: Settings,
    best: pd.DataFrame | None = None,
    found: Mapping[str, Any] | None = None,
    old: Model | None = None,
) -> Trained:
    """Fit the `features` on train, calibrate and choose the threshold on validation, test on holdout.

    `best` of some customers of the holdout, as `benchmark_metrics` takes it, adds its metrics. `found`: parameters of
    the kind of model that take the place of those in the settings, or of its own. `old`: the champion, which
    `training.method` may go on with.
    """
    local = fits_locally(training_set.count(), len(features), settings.training)
    if local:
        fitted = _fit_here(training_set, features, settings.training, found or {}, old)
    else:
        fitted = _fit_on_workers(training_set, features, settings.training, found or {})
    calibration = learned(settings.training.calibration, fitted.validation)
    model = replace(fitted.model, calibration=calibration)
    validation, holdout = (after(calibration, counts) for counts in (fitted.validation, fitted.holdout))
    money = worth(fitted.fees, settings.money)
    if money is not None and settings.training.threshold == "money":
        threshold = best_by_money(validation, *money[:3])
    else:
        threshold = best_threshold(validation)
    metrics: dict[str, float | None] = asdict(evaluate(holdout, threshold))
    metrics["roc_auc_low"], metrics["roc_auc_high"] = interval(holdout, roc_auc, settings.training.seed)
    metrics["mean_probability"] = float(np.average(holdout["score"], weights=holdout["rows"]))
    if calibration is not None:
        metrics["brier_uncalibrated"] = evaluate(fitted.holdout, threshold).brier
    if best is not None:
        probability = churn_probability(model, model_inputs(model.features)).alias("churn_probability")
        scored = training_set.where("split = 'holdout'").select("user_id", probability)
        metrics |= benchmark_metrics(scored, best)
    card = ModelCard(
        trained_at=datetime.now(UTC).replace(microsecond=0),
        label_version=training_set.agg(F.first("label_version")).collect()[0][0],
        gap_days=settings.labels.gap_days,
        horizon_days=settings.labels.horizon_days,
        feature_version=FEATURE_VERSION,
        threshold=threshold,
        features=model.features,
        kind=model.kind,
        calibration=model.calibration,
        metrics=metrics,
    )
    return Trained(model, card, fitted.profile(model), fitted.rows, money)


def _fit_here(
    training_set: DataFrame,
    features: Sequence[Declared],
    training: TrainingSettings,
    found: Mapping[str, Any],
    old: Model | None,
) -> _Fitted:
    """A model fitted in one process."""
    fetched = fetch(training_set, features, training.half_life_days if training.method == "recency" else None)
    told = telling_of_arrays(features, fetched["train"].rows)
    places = [place for place, feature in enumerate(features) if feature in told]
    parts = {name: part._replace(rows=part.rows[:, places]) for name, part in fetched.items()}
    train, validation = parts["train"], parts["validation"]
    of_kind = {**own_parameters(training).get(training.model, {}), **found}
    inputs = tuple(map(on_card, told))
    model = refitted(training.method, training.model, train, validation, inputs, of_kind, training.seed, old)
    model = explainable(model, train.rows, training.seed)
    tuned, tested = (
        array_counts(part.churned, model.probabilities(part.rows)) for part in (validation, parts["holdout"])
    )

    def profile(model: Model) -> ReferenceProfile:
        return profile_of_arrays(train, model.probabilities(train.rows), model.features)

    names = [feature.name for feature in told]
    fees = float(np.nanmean(validation.rows[:, names.index(WORTH)])) if WORTH in names else None
    return _Fitted(model, tuned, tested, profile, parts["holdout"], fees)


def _fit_on_workers(
    training_set: DataFrame, features: Sequence[Declared], training: TrainingSettings, found: Mapping[str, Any]
) -> _Fitted:
    """XGBoost fitted over all workers."""
    train = training_set.where("split = 'train'")
    features = telling_of_frame(features, train)
    check_workers(training_set.sparkSession, training.workers, train.count())
    inputs = model_inputs(features)
    model = Model(
        XGBOOST, tuple(map(on_card, features)), fit(training_set, features, training.model_copy(update=found))
    )
    scored = training_set.select("split", "churned", churn_probability(model, inputs).alias("churn_probability"))
    tuned, tested = (score_counts(scored.where(F.col("split") == split)) for split in ("validation", "holdout"))

    def profile(model: Model) -> ReferenceProfile:
        return profile_of_frame(train, features, churn_probability(model, inputs))

    some = training_set.where("split = 'holdout'").orderBy(F.xxhash64("user_id")).limit(SAMPLE)
    worth_of = training_set.where("split = 'validation'").agg(F.avg(WORTH)) if WORTH in training_set.columns else None
    fees = worth_of.collect()[0][0] if worth_of is not None else None
    return _Fitted(model, tuned, tested, profile, fetch(some, features)["holdout"], fees)


def own_parameters(training: TrainingSettings) -> dict[str, dict[str, Any]]:
    """The parameters that the settings give to kinds of models, by kind, as the candidates take them."""
    parameters = xgboost_parameters(training)
    return {XGBOOST: parameters, "ensemble": {XGBOOST: parameters}}


def xgboost_parameters(training: TrainingSettings) -> dict[str, Any]:
    """The settings as the candidate takes them."""
    named = ("trees", "early_stopping_rounds", "max_depth", "learning_rate", "subsample", "colsample_bytree",
             "min_child_weight")  # fmt: skip
    return {"nthread": training.workers, **training.model_dump(include=set(named))}


def on_card(feature: Declared) -> CardFeature:
    """The feature as a model card has it."""
    return CardFeature(
        name=feature.name,
        description=feature.description,
        type="category" if feature.levels else "number",
        minimum=None if feature.levels else feature.minimum,
        maximum=None if feature.levels else feature.maximum,
        levels=feature.levels,
    )
