"""From probabilities to the columns that readers of the score table act on."""

from collections.abc import Mapping
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.evaluation.risk import LOWEST, RISK_LEVELS
from churn_spark.training.registry import Champion


def churn_scores(predictions: DataFrame, champion: Champion, actions: Mapping[str, str]) -> DataFrame:
    """Rows of `scores.churn_scores` from `user_id`, `as_of`, `churn_probability` and `top_factors`."""
    probability = F.col("churn_probability")
    scored = predictions.withColumns(
        {
            "scored_at": F.current_timestamp(),
            "model_name": F.lit(champion.name),
            "model_version": F.lit(champion.version),
            "risk_level": risk_level(probability),
            "confidence": F.abs(probability - 0.5) * 2,
        }
    )
    return scored.withColumn("recommended_actions", recommended_actions(actions, champion.card.threshold))


def risk_level(probability: Column) -> Column:
    """CRITICAL, HIGH, MEDIUM or LOW; a probability at a bound belongs to the level below."""
    return F.coalesce(*[F.when(probability > above, level) for level, above in RISK_LEVELS], F.lit(LOWEST))


def recommended_actions(actions: Mapping[str, str], threshold: float) -> Column:
    """Actions for the factors that raise the risk, each once, in their order; none below the `threshold`."""
    action_of = F.create_map(*[F.lit(text) for text in chain(*actions.items())])
    raising = F.filter("top_factors", lambda factor: factor["contribution"] > 0)
    texts = F.array_compact(F.transform(raising, lambda factor: action_of[factor["feature"]]))
    none = F.array().cast("ARRAY<STRING>")
    return F.when(F.col("churn_probability") >= threshold, F.array_distinct(texts)).otherwise(none)
