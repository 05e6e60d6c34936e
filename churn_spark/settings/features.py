"""The grid of `as_of` midnights, and the limits of features."""

from pydantic import Field, PositiveFloat, PositiveInt

from churn_spark.settings.section import Section


class FeatureSettings(Section):
    """The grid in days, limits of what the quality gate warns about, and how many customers are compared."""

    dense_share: float = Field(gt=0, lt=1)
    step_days: PositiveInt
    min_history_days: PositiveInt
    warn_null_share: float = Field(ge=0, le=1)
    warn_shift: PositiveFloat
    warn_correlation: float = Field(gt=0, le=1)
    leakage_customers: PositiveInt
    parity_customers: PositiveInt
