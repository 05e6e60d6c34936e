"""Distributed XGBoost on Spark."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from xgboost import Booster
from xgboost.spark import SparkXGBClassifier

from churn_spark.behavior.definition import Declared
from churn_spark.features.encoding import model_inputs
from churn_spark.settings.training import TrainingSettings


def fit(training_set: DataFrame, features: Sequence[Declared], settings: TrainingSettings) -> Booster:
    """Train on the `train` rows, stop early on the `validation` rows; the booster ends at its best tree.

    The same rows give the same booster, under whatever pseudonyms: each worker gets the rows of one hash of their
    values, in its order. Rows of one place in that order are alike.
    """
    names = [feature.name for feature in features]
    label, validation = F.col("churned").cast("double").alias("label"), F.col("split") == "validation"
    rows = (
        training_set.where("split IN ('train', 'validation')")
        .select(*model_inputs(features), label, validation.alias("validation"))
        .withColumn("place", F.xxhash64(*names, "label", "validation"))
        .repartition(settings.workers, "place")
        .sortWithinPartitions("place")
    )
    classifier = SparkXGBClassifier(
        features_col=names,
        label_col="label",
        validation_indicator_col="validation",
        num_workers=settings.workers,
        n_estimators=settings.trees,
        early_stopping_rounds=settings.early_stopping_rounds,
        eval_metric="logloss",
        max_depth=settings.max_depth,
        learning_rate=settings.learning_rate,
        subsample=settings.subsample,
        colsample_bytree=settings.colsample_bytree,
        min_child_weight=settings.min_child_weight,
        random_state=settings.seed,
        verbosity=0,
        verbose=False,
    )
    booster: Booster = classifier.fit(rows).get_booster()
    best = booster[: booster.best_iteration + 1]
    best.feature_names = names
    return best
