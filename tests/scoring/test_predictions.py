"""Who is told why: all customers if contributions are exact, else those of the highest probability."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.models.explanation import explainable
from churn_spark.models.model import Model
from churn_spark.scoring.predictions import predictions
from churn_spark.settings.scoring import ScoringSettings
from tests.models.test_candidates import fitted, labelled

SCORING = ScoringSettings(top_factors=2, explained_customers=1, actions={})


@pytest.fixture(scope="module")
def customers(spark: SparkSession) -> DataFrame:
    """One who is silent for long and one who is active, and one of whom nothing is known."""
    rows = [("silent", 25.0, 50.0, "c"), ("active", 0.5, 80.0, "a"), ("new", None, None, None)]
    return spark.createDataFrame(
        rows, "user_id STRING, days_since_last_event DOUBLE, songs_7d DOUBLE, plan STRING"
    ).selectExpr("user_id", "timestamp'2026-03-02' AS as_of", "days_since_last_event", "songs_7d", "plan")


def factors(customers: DataFrame, model: Model) -> dict[str, list]:
    rows = predictions(customers, model, SCORING).select("user_id", "top_factors").collect()
    return {row["user_id"]: row["top_factors"] for row in rows}


def test_sampled_factors_are_told_of_the_highest_probabilities(customers: DataFrame) -> None:
    told = factors(customers, explainable(fitted("gradient_boosting"), labelled(1).rows, 7))
    assert told["active"] == told["new"] == []
    assert [factor["feature"] for factor in told["silent"]] == ["days_since_last_event", "plan"]
    assert told["silent"][0]["value"] == 25.0
    assert told["silent"][0]["contribution"] > 0


@pytest.mark.parametrize("kind", ["xgboost", "logistic_regression"])
def test_exact_factors_are_told_of_all(customers: DataFrame, kind: str) -> None:
    told = factors(customers, fitted(kind))
    assert {user: len(of_user) for user, of_user in told.items()} == {"silent": 2, "active": 2, "new": 2}
    assert told["silent"][0]["feature"] == "days_since_last_event"
    assert told["new"][0]["value"] is None
