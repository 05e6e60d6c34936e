"""What customers and offers are worth."""

from pydantic import Field, NonNegativeFloat, PositiveFloat

from churn_spark.settings.section import Section


class MoneySettings(Section):
    """Amounts in one currency; the success rate is a share, 0 to 1."""

    currency: str = Field(min_length=1)
    monthly_fee: PositiveFloat
    kept_customer_value: PositiveFloat | None
    offer_cost: NonNegativeFloat
    offer_success_rate: float = Field(gt=0, le=1)
