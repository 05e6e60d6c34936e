"""When a challenger becomes the champion."""

from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from churn_spark.settings.section import Section


class PromotionSettings(Section):
    """The rule of promotion, and what jobs/promote.py is told for one run."""

    approvals: NonNegativeInt = Field(le=2)
    min_roc_auc: float = Field(ge=0, le=1)
    min_precision_high: float = Field(ge=0, le=1)
    min_gain: float = Field(ge=0, le=1)
    max_slice_loss: float = Field(ge=0, le=1)
    version: str | None
    approved_by: str | None
    rollback: str | None

    @property
    def approvers(self) -> list[str]:
        """The persons in `approved_by`, each once."""
        return sorted({name.strip() for name in (self.approved_by or "").split(",") if name.strip()})

    @model_validator(mode="after")
    def _one_move(self) -> Self:
        if self.version and self.rollback:
            raise ValueError("promotion.version and promotion.rollback: promote a version or roll back, one in a run")
        return self
