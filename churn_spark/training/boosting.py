"""Distributed XGBoost on Spark."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from xgboost import Booster
from xgboost.spark import SparkXGBClassifier

from churn_spark.settings import TrainingSettings


def fit(training_set: DataFrame, feature_names: list[str], settings: TrainingSettings) -> Booster:
    """Train on the `train` rows, stop early on the `validation` rows; the booster ends at its best tree.

    The same rows give the same booster: each worker gets the customers of one hash, in order.
    """
    rows = (
        training_set.where("split IN ('train', 'validation')")
        .select(
            "user_id", "as_of", *feature_names,
            F.col("churned").cast("double").alias("label"), (F.col("split") == "validation").alias("validation"),
        )
        .repartition(settings.workers, "user_id")
        .sortWithinPartitions("user_id", "as_of")
    )  # fmt: skip
    classifier = SparkXGBClassifier(
        features_col=feature_names,
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
    best.feature_names = feature_names
    return best
