"""Every candidate learns from rows with categories and unknown values, alike each time, and survives MLflow."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.evaluation.metrics import array_counts, roc_auc
from churn_spark.model_card import Calibration, CardFeature, ModelCard
from churn_spark.models.candidate import Labelled, Rows
from churn_spark.models.candidates import CANDIDATES, fit_model
from churn_spark.models.explanation import contributions, explainable
from churn_spark.models.model import Model
from churn_spark.settings.reading import load_settings
from churn_spark.tracking import open_store
from churn_spark.training.registry import CHAMPION, load_champion, register, set_alias
from tests.lakes import LOCAL

FEATURES = (
    CardFeature(name="days_since_last_event", description="Days", minimum=0, maximum=None),
    CardFeature(name="songs_7d", description="Songs", minimum=0, maximum=None),
    CardFeature(name="plan", description="Plan", type="category", minimum=None, maximum=None, levels=("a", "b", "c")),
)


def labelled(seed: int, rows: int = 400) -> Labelled:
    """Customers who churn after long silence, mostly on plan c; a tenth of the values is unknown."""
    rng = np.random.default_rng(seed)
    plan = rng.integers(0, 3, rows)
    values = np.column_stack([rng.exponential(5, rows), rng.exponential(50, rows), plan])
    churned = values[:, 0] + 4.0 * (plan == 2) + rng.normal(0, 2, rows) > 8
    values[rng.random(values.shape) < 0.1] = np.nan
    return Labelled(values, churned.astype(float))


def fitted(kind: str) -> Model:
    return fit_model(kind, labelled(1), labelled(2), FEATURES, {}, 7)


@pytest.fixture(scope="module")
def test_rows() -> Labelled:
    return labelled(3)


FEATURE_NAMES = [feature.name for feature in FEATURES]


def card_of(model: Model) -> ModelCard:
    return ModelCard(
        trained_at=datetime(2026, 3, 2, tzinfo=UTC), label_version="churn_def_v1", gap_days=0, horizon_days=14,
        feature_version="v1.2", threshold=0.5, features=FEATURES, kind=model.kind, calibration=model.calibration,
        metrics={},
    )  # fmt: skip


def unseen(rows: Rows) -> Rows:
    """The rows, and one with nothing known."""
    return np.vstack([rows, np.full(rows.shape[1], np.nan)])


@pytest.mark.parametrize("kind", CANDIDATES)
def test_a_candidate_learns_who_churns(kind: str, test_rows: Labelled) -> None:
    scores = fitted(kind).probabilities(unseen(test_rows.rows))
    assert ((scores >= 0) & (scores <= 1)).all()
    assert roc_auc(array_counts(test_rows.churned, scores[:-1])) > 0.75


@pytest.mark.parametrize("kind", CANDIDATES)
def test_the_same_rows_give_the_same_model(kind: str, test_rows: Labelled) -> None:
    one, other = (fitted(kind).probabilities(test_rows.rows) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_the_baseline_is_refused_without_its_feature() -> None:
    train = labelled(1)
    with pytest.raises(UserError, match="the baseline needs the feature days_since_last_event"):
        fit_model("baseline", Labelled(train.rows[:, 1:], train.churned), train, FEATURES[1:], {}, 7)


@pytest.mark.slow
@pytest.mark.usefixtures("mlflow_as_before")
def test_a_model_comes_back_from_the_registry_as_it_went(tmp_path: Path, test_rows: Labelled) -> None:
    settings = load_settings(LOCAL, [f"lake.root={tmp_path}"])
    open_store(settings)
    calibration = Calibration(method="platt", slope=1.5, intercept=-0.5)
    for kind in CANDIDATES:
        fresh = explainable(fitted(kind), labelled(1).rows, 7)
        model = replace(fresh, calibration=calibration)
        card = card_of(model)
        set_alias(CHAMPION, register(model, card, "a mark", [], {}, settings), settings)
        loaded = load_champion(settings)
        assert loaded.card == card
        np.testing.assert_array_equal(
            loaded.model.probabilities(test_rows.rows), model.probabilities(test_rows.rows), err_msg=kind
        )
        some = test_rows.rows[:5]
        np.testing.assert_array_equal(
            contributions(loaded.model, some).contributions, contributions(model, some).contributions, err_msg=kind
        )


def as_tables_have_them(rows: Rows) -> pd.DataFrame:
    """The rows as feature columns, with levels and nulls."""
    columns = pd.DataFrame(rows, columns=FEATURE_NAMES)
    return columns.assign(plan=columns["plan"].map(dict(enumerate(FEATURES[2].levels))))


@pytest.mark.slow
@pytest.mark.usefixtures("mlflow_as_before")
@pytest.mark.parametrize("kind", ["xgboost", "logistic_regression"])
def test_mlflow_gives_the_served_probability_of_feature_columns(
    kind: str, spark: SparkSession, tmp_path: Path, test_rows: Labelled
) -> None:
    settings = load_settings(LOCAL, [f"lake.root={tmp_path}"])
    open_store(settings)
    model = replace(fitted(kind), calibration=Calibration(method="platt", slope=1.5, intercept=-0.5))
    register(model, card_of(model), "a mark", [], {}, settings)
    uri = f"models:/{settings.mlflow.model_name}/1"
    columns, expected = as_tables_have_them(test_rows.rows[:20]), model.probabilities(test_rows.rows[:20])
    given = mlflow.pyfunc.load_model(uri).predict(columns)
    np.testing.assert_array_equal(given["churn_probability"], expected)
    asked = mlflow.pyfunc.spark_udf(spark, uri, env_manager="local")
    frame = spark.createDataFrame(columns.astype(object).where(columns.notna(), None).reset_index())
    scored = frame.select("index", asked(*FEATURE_NAMES).alias("churn_probability")).toPandas().sort_values("index")
    np.testing.assert_array_equal(scored["churn_probability"], expected)
