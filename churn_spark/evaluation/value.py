"""What customers at risk are worth, and for which of them an offer pays."""

from churn_spark.evaluation.money import Money
from churn_spark.settings.money import MoneySettings


def value_in_money(fees: float, money: MoneySettings) -> float:
    """A number of monthly fees, such as `clv_3y`, as an amount in `money.currency`."""
    return fees * money.monthly_fee


def offer_pays_from(money: MoneySettings, kept_value: float) -> float:
    """The probability of churn above which a retention offer brings more than it costs; it may be above 1.

    An offer costs `offer_cost`. It keeps a share `offer_success_rate` of the customers who would leave, each worth
    `kept_value`. So it pays if probability * success rate * value > cost (Verbeke et al. 2012, without the fixed
    costs of a campaign).

    Example: a cost of 5, a success rate of 0.2 and a value of 100 make 5 / (0.2 * 100) = 0.25.
    """
    return money.offer_cost / (money.offer_success_rate * kept_value)


def worth(fees: float | None, money: MoneySettings) -> Money | None:
    """What a kept customer is worth: the setting, or else the mean of `clv_3y`, in monthly fees; None if unknown."""
    value = money.kept_customer_value or (value_in_money(fees, money) if fees else None)
    return Money(value, money.offer_cost, money.offer_success_rate, money.currency) if value else None
