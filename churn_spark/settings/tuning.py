"""How candidates are compared, and how parameters are searched."""

from typing import Literal

from pydantic import Field, PositiveInt

from churn_spark.settings.section import Section

Protocol = Literal["rolling", "grouped", "windows", "retrospective"]
Part = Literal["candidates", "imbalance", "selection", "stability", "learning_curve", "retraining"]


class TuningSettings(Section):
    """The folds, what is compared on them, and the search."""

    protocol: Protocol
    folds: int = Field(ge=2)
    parts: list[Part] = Field(min_length=1)
    candidates: list[str] = Field(min_length=1)
    budget: PositiveInt
    selected_features: PositiveInt
    max_correlation: float = Field(gt=0, le=1)
    search: list[Literal["grid", "optuna"]] = Field(min_length=1)
    trials: PositiveInt
