"""What the users of a model must know of it: the card travels with the model to MLflow, scoring and the service."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

XGBOOST = "xgboost"  # the kind of model that trains over all workers too


class Part(BaseModel):
    """Part of a card: no other keys than the declared ones, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CardFeature(Part):
    """One input of the model.

    - `minimum`, `maximum`: the values that the service accepts, both inclusive; None: no limit.
    - `levels`: the values of a category, in the order of the codes that the model takes, from 0; empty for a number.
    """

    name: str = Field(min_length=1)
    description: str
    type: Literal["number", "category"] = "number"
    minimum: FiniteFloat | None
    maximum: FiniteFloat | None
    levels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.type == "category") != bool(self.levels):
            raise ValueError(f"{self.name}: a category has levels, and a number has none")
        return self


class Calibration(Part):
    """From the estimator's probability to that of the model.

    - isotonic: straight lines through the points (`x`, `y`); outside of them the first or last `y`.
    - platt: a logistic curve of `slope` and `intercept` over the log odds.
    """

    method: Literal["isotonic", "platt"]
    x: tuple[FiniteFloat, ...] = ()
    y: tuple[FiniteFloat, ...] = ()
    slope: FiniteFloat = 1
    intercept: FiniteFloat = 0


class ModelCard(Part):
    """A trained model: when, on which labels and features, and how well. Features are in the model's order.

    The label looks at [as_of + gap_days, as_of + gap_days + horizon_days). A probability of at least `threshold` means
    that the model expects churn.
    """

    trained_at: datetime
    label_version: str
    gap_days: int = Field(ge=0)
    horizon_days: int = Field(gt=0)
    feature_version: str
    threshold: float = Field(ge=0, le=1)
    features: tuple[CardFeature, ...] = Field(min_length=1)
    kind: str = XGBOOST  # cards of earlier releases name none
    calibration: Calibration | None = None
    metrics: dict[str, FiniteFloat | None]

    @property
    def feature_names(self) -> list[str]:
        """Names in the model's order."""
        return [feature.name for feature in self.features]

    @field_validator("metrics")
    @classmethod
    def _by_name(cls, metrics: dict[str, float | None]) -> dict[str, float | None]:
        # The store gives them in any order, but the same champion must leave the same bytes.
        return dict(sorted(metrics.items()))

    @model_validator(mode="after")
    def _one_of_each_name(self) -> Self:
        if len(set(self.feature_names)) < len(self.features):
            raise ValueError("two features have the same name")
        return self
