"""From a training set to a booster with its threshold, its metrics and all that its users must know of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from xgboost import Booster

from churn_spark.errors import DataRefused
from churn_spark.features.catalogue import FEATURE_VERSION
from churn_spark.features.feature_tables import Features
from churn_spark.settings import Settings
from churn_spark.training.boosting import fit
from churn_spark.training.evaluation import best_threshold, evaluate, score_counts
from churn_spark.training.prediction import churn_probability


@dataclass(frozen=True)
class Trained:
    """A booster and its description, which travels with the model to MLflow and to serving."""

    booster: Booster
    description: Mapping[str, Any]


def check_positives(training_set: DataFrame, settings: Settings) -> None:
    """Raise DataRefused where a part of the split holds too few churned rows, or no others, to learn or test on."""
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
    found = {split: counts.get(split, (0, 0)) for split in need}
    if any(found[split][0] < positives or not found[split][1] for split, positives in need.items()):
        described = ", ".join(
            f"{positives} of {positives + others} rows in {split}" for split, (positives, others) in found.items()
        )
        raise DataRefused(
            f"too few churned customers to train on: {described}, where at least "
            f"{need['train']}, {need['validation']} and {need['holdout']} are needed; give longer logs, a shorter "
            "labels.horizon_days or a wider labels.train_on"
        )


def fingerprint(training_set: DataFrame, settings: Settings) -> str:
    """A hash of all that decides about the model: the rows, in any order, and the settings of labels and training."""
    rows = training_set.agg(F.count("*"), F.bit_xor(F.xxhash64(*sorted(training_set.columns)))).collect()[0]
    decisive = {
        "rows": list(rows),
        "labels": settings.labels.model_dump(),
        "training": settings.training.model_dump(),
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def train_champion(
    training_set: DataFrame, features: Features, settings: Settings, oracle: DataFrame | None
) -> Trained:
    """Fit the `features` on train, choose the threshold (highest F1) on validation, test once on holdout.

    `oracle` (`churned`, `churn_probability` of the same holdout) adds `oracle_roc_auc` and `oracle_ratio`, the
    model's ROC-AUC over the oracle's, to the metrics.
    """
    booster = fit(training_set, [feature.name for feature in features], settings.training)
    scored = training_set.select("split", "churned", churn_probability(booster).alias("churn_probability"))
    threshold = best_threshold(score_counts(scored.where("split = 'validation'")))
    metrics = asdict(evaluate(score_counts(scored.where("split = 'holdout'")), threshold))
    if oracle is not None:
        metrics["oracle_roc_auc"] = evaluate(score_counts(oracle), threshold).roc_auc
        metrics["oracle_ratio"] = metrics["roc_auc"] / metrics["oracle_roc_auc"]
    description = {
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "label_version": training_set.agg(F.first("label_version")).collect()[0][0],
        "gap_days": settings.labels.gap_days,
        "horizon_days": settings.labels.horizon_days,
        "feature_version": FEATURE_VERSION,
        "threshold": threshold,
        "features": [
            {key: getattr(feature, key) for key in ("name", "description", "minimum", "maximum")}
            for feature in features
        ],
        "metrics": metrics,
    }
    return Trained(booster, description)
