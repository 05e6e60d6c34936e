"""What the exported folder promises, and the request and answer that follow from it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

FLOAT32_MAX = 3.4028234e38  # the model computes in float32; beyond this a number turns infinite


class Feature(BaseModel):
    """One input of the model.

    A number outside of [minimum, maximum] is refused (None: no limit). A category is one of `levels`, which are in the
    order of the codes that the model takes, from 0.
    """

    name: str
    description: str
    minimum: float | None
    maximum: float | None
    levels: list[str] = []

    def code(self, value: float | str | None) -> float | None:
        """The value as the model takes it: for a category, the place of its level."""
        return float(self.levels.index(value)) if isinstance(value, str) else value


class RiskLevel(BaseModel):
    """A name for probabilities above (not at) a limit; None: for all other probabilities."""

    level: str
    above: float | None


class Contract(BaseModel):
    """The part of contract.json that answers are made from; features in the model's order."""

    model_name: str
    model_version: str
    threshold: float
    risk_levels: list[RiskLevel]
    features: list[Feature]

    def risk_level(self, probability: float) -> str:
        """The first level, from high to low, whose limit the probability exceeds."""
        return next(risk.level for risk in self.risk_levels if risk.above is None or probability > risk.above)


class Prediction(BaseModel):
    """The answer to one request."""

    user_id: str = Field(description="As in the request")
    churn_probability: float = Field(description="Probability of churn within the model's horizon, 0 to 1")
    risk_level: str = Field(description="CRITICAL, HIGH, MEDIUM or LOW, by the limits in /model/info")
    will_churn: bool = Field(description="Whether the probability reaches the threshold")
    threshold: float = Field(description="The champion's threshold")
    model_name: str
    model_version: str


def request_type(contract: Contract) -> type[BaseModel]:
    """The model of a request: `user_id`, and `features` with exactly the contract's names, in its order.

    A number is finite and within its limits, and a category is one of its levels. Both may be null where they are
    unknown, but no feature may be left out.
    """
    closed = ConfigDict(extra="forbid", strict=True)
    features = {feature.name: _field(feature) for feature in contract.features}
    return create_model(
        "PredictRequest",
        __config__=closed,
        user_id=(str, Field(min_length=1, description="Given back in the answer; the model does not see it")),
        features=(create_model("Features", __config__=closed, **features), ...),  # type: ignore[call-overload]
    )


def _field(feature: Feature) -> tuple[Any, Any]:
    if feature.levels:
        return Literal[tuple(feature.levels)] | None, Field(description=feature.description)
    limits = Field(
        description=feature.description,
        ge=-FLOAT32_MAX if feature.minimum is None else feature.minimum,
        le=FLOAT32_MAX if feature.maximum is None else feature.maximum,
        allow_inf_nan=False,
    )
    return float | None, limits
