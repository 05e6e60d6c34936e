"""The split, XGBoost's parameters, and where MLflow keeps runs and models."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from churn_spark.settings.section import Section


class TrainingSettings(Section):
    """The split, the fewest churned rows that make training worth while, and parameters of XGBoost."""

    model: Literal[
        "baseline", "logistic_regression", "random_forest", "gradient_boosting", "xgboost", "perceptron", "ensemble"
    ]
    fit: Literal["auto", "local", "distributed"]
    local_values: PositiveInt
    workers: PositiveInt
    method: Literal["full", "recency", "warm_start", "ensemble"]
    half_life_days: PositiveFloat
    parameters: Literal["settings", "searched"]
    threshold: Literal["money", "f1"]
    calibration: Literal["none", "isotonic", "platt"]
    validation_share: float = Field(gt=0, lt=1)
    min_positives: PositiveInt
    min_holdout_positives: PositiveInt
    benchmark_customers: PositiveInt
    refuse_feature_auc: float = Field(ge=0.5, le=1)
    seed: int = Field(ge=0)
    trees: PositiveInt
    early_stopping_rounds: PositiveInt
    max_depth: PositiveInt
    learning_rate: float = Field(gt=0, le=1)
    subsample: float = Field(gt=0, le=1)
    colsample_bytree: float = Field(gt=0, le=1)
    min_child_weight: PositiveFloat


class MlflowSettings(Section):
    """Where runs and models are kept."""

    tracking_uri: str | None
    experiment: str = Field(min_length=1)
    model_name: str = Field(min_length=1)
