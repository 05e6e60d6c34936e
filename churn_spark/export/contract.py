"""What a service must know of an exported model: contract.json."""

from typing import Self

from pydantic import Field, model_validator

from churn_spark.model_card import ModelCard, Part


class RiskLevel(Part):
    """A name for probabilities above (not at) a limit; None: for all other probabilities."""

    level: str
    above: float | None = Field(ge=0, le=1)


class Contract(ModelCard):
    """The model's card, its registered name and version, and the risk levels from high to low."""

    model_name: str
    model_version: str
    risk_levels: tuple[RiskLevel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _falling_limits(self) -> Self:
        limits = [-1.0 if risk.above is None else risk.above for risk in self.risk_levels]
        if limits[-1] != -1.0 or limits != sorted(set(limits), reverse=True):
            raise ValueError("the limits of the risk levels must fall, and the last be null")
        return self
