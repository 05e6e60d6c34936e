"""What a score says: risk level, factors, actions."""

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from churn_spark.scoring.scores import recommended_actions, risk_level


@pytest.mark.parametrize(
    ("probability", "level"),
    [
        (0.81, "CRITICAL"),
        (0.8, "HIGH"),
        (0.61, "HIGH"),
        (0.6, "MEDIUM"),
        (0.41, "MEDIUM"),
        (0.4, "LOW"),
        (0.0, "LOW"),
    ],
)
def test_risk_level(spark: SparkSession, probability: float, level: str) -> None:
    assert spark.range(1).select(risk_level(F.lit(probability)).alias("level")).first()["level"] == level


def actions(spark: SparkSession, probability: float) -> list[str]:
    factors = [
        Row(feature="errors_30d", value=3.0, contribution=0.9),
        Row(feature="songs_7d", value=9.0, contribution=-0.7),
        Row(feature="error_rate_30d", value=0.1, contribution=0.5),
        Row(feature="friend_adds_30d", value=0.0, contribution=0.2),  # no action is known for it
        Row(feature="is_paid", value=1.0, contribution=0.1),
    ]
    schema = "churn_probability DOUBLE, top_factors ARRAY<STRUCT<feature: STRING, value: DOUBLE, contribution: DOUBLE>>"
    rows = spark.createDataFrame([(probability, factors)], schema)
    texts = {"errors_30d": "mend", "error_rate_30d": "mend", "songs_7d": "sing", "is_paid": "save"}
    return rows.select(recommended_actions(texts, threshold=0.2).alias("actions")).first()["actions"]


def test_actions_follow_the_factors_that_raise_the_risk_each_once(spark: SparkSession) -> None:
    assert actions(spark, 0.2) == ["mend", "save"]


def test_below_the_threshold_no_action_is_recommended(spark: SparkSession) -> None:
    assert actions(spark, 0.19) == []
