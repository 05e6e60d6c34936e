"""From a training set to a booster and its card: threshold, metrics, and what its users must know of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from xgboost import Booster

from churn_spark.behavior.definition import FEATURE_VERSION, Declared
from churn_spark.errors import DataRefused, UserError
from churn_spark.features.encoding import model_inputs
from churn_spark.model_card import CardFeature, ModelCard
from churn_spark.session import allocates_dynamically, tasks_at_once
from churn_spark.settings.all import Settings
from churn_spark.settings.section import Section
from churn_spark.training.benchmarks import benchmark_metrics
from churn_spark.training.boosting import fit
from churn_spark.training.evaluation import best_threshold, evaluate, score_counts
from churn_spark.training.prediction import churn_probability


def check_workers(spark: SparkSession, workers: int) -> None:
    """Raise UserError if the XGBoost workers could not all run at once; training would wait for ever."""
    if allocates_dynamically(spark):
        raise UserError(
            "spark.dynamicAllocation.enabled: XGBoost's workers must all run at once, which Spark refuses while "
            "executors come and go; submit the job with --conf spark.dynamicAllocation.enabled=false"
        )
    slots = tasks_at_once(spark)
    if slots is not None and workers > slots:
        raise UserError(
            f"training.workers: {workers} workers must all run at once, but Spark runs {slots} tasks at once here; "
            f"set it to {slots} or less, or give more cores"
        )


def check_positives(training_set: DataFrame, settings: Settings) -> None:
    """Raise DataRefused if a part of the split has too few churned rows, or no other rows, to learn or test on."""
    counts = {
        row["split"]: (row["positives"], row["others"])
        for row in training_set.groupBy("split")
        .agg(F.count_if("churned").alias("positives"), F.count_if(~F.col("churned")).alias("others"))
        .collect()
    }
    need = {
        "train": settings.training.min_positives,
        "validation": 1,
        "holdout": settings.training.min_holdout_positives,
    }
    parts = {split: counts.get(split, (0, 0)) for split in need}
    rows = {split: sum(part) for split, part in parts.items()}
    if rows["train"] + rows["validation"] and not rows["train"] * rows["validation"] * rows["holdout"]:
        empty = " and ".join(split for split in need if not rows[split])
        raise DataRefused(
            f"training.validation_share: {settings.training.validation_share:g} of the customers for validation leaves "
            f"no row of {sum(rows.values()):,} in {empty}; set another share, for example 0.2"
        )
    if any(parts[split][0] < positives or not parts[split][1] for split, positives in need.items()):
        described = ", ".join(
            f"{positives} of {positives + others} rows in {split}" for split, (positives, others) in parts.items()
        )
        raise DataRefused(
            f"too few churned customers to train on: {described}, where at least "
            f"{need['train']}, {need['validation']} and {need['holdout']} are needed; give longer logs, a shorter "
            "labels.horizon_days or a wider labels.train_on"
        )


def fingerprint(training_set: DataFrame, settings: Settings) -> str:
    """A hash of all that determines the model: the rows, in any order, and the settings of labels and training."""
    rows = training_set.agg(F.count("*"), F.bit_xor(F.xxhash64(*sorted(training_set.columns)))).collect()[0]
    decisive = {
        "rows": list(rows),
        "labels": _decisive(settings.labels),
        "training": _decisive(settings.training),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _decisive(section: Section) -> dict[str, Any]:
    """The settings without the limits of the quality checks, which no model depends on."""
    return {key: value for key, value in section.model_dump().items() if not key.startswith(("warn_", "refuse_"))}


def train_champion(
    training_set: DataFrame, features: Sequence[Declared], settings: Settings, best: pd.DataFrame | None
) -> tuple[Booster, ModelCard]:
    """Fit the `features` on train, choose the threshold (highest F1) on validation, test once on holdout.

    `best` of some customers of the holdout, as `benchmark_metrics` takes it, adds its metrics.
    """
    booster = fit(training_set, features, settings.training)
    probability = churn_probability(booster, model_inputs(features)).alias("churn_probability")
    scored = training_set.select("user_id", "split", "churned", probability)
    threshold = best_threshold(score_counts(scored.where("split = 'validation'")))
    metrics = asdict(evaluate(score_counts(scored.where("split = 'holdout'")), threshold))
    if best is not None:
        metrics |= benchmark_metrics(scored.where("split = 'holdout'"), best)
    card = ModelCard(
        trained_at=datetime.now(UTC).replace(microsecond=0),
        label_version=training_set.agg(F.first("label_version")).collect()[0][0],
        gap_days=settings.labels.gap_days,
        horizon_days=settings.labels.horizon_days,
        feature_version=FEATURE_VERSION,
        threshold=threshold,
        features=tuple(map(_on_card, features)),
        metrics=metrics,
    )
    return booster, card


def _on_card(feature: Declared) -> CardFeature:
    return CardFeature(
        name=feature.name,
        description=feature.description,
        type="category" if feature.levels else "number",
        minimum=None if feature.levels else feature.minimum,
        maximum=None if feature.levels else feature.maximum,
        levels=feature.levels,
    )
