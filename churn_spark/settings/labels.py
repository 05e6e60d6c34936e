"""What churn is."""

from typing import Literal

from pydantic import Field, PositiveInt

from churn_spark.settings.section import Section

LabelVersion = Literal["churn_def_v1", "churn_def_v2"]


class LabelSettings(Section):
    """Churn counts in [as_of + gap, as_of + gap + horizon), all in days; shares and rates are 0 to 1."""

    gap_days: int = Field(ge=0)
    horizon_days: PositiveInt
    inactivity_days: PositiveInt
    drop_days: PositiveInt
    baseline_days: PositiveInt
    drop_share: float = Field(gt=0, lt=1)
    train_on: list[LabelVersion] = Field(min_length=1)
    warn_rate_below: float = Field(ge=0, le=1)
    warn_rate_above: float = Field(ge=0, le=1)
