"""What offers bring and cost."""

import pandas as pd
import pytest

from churn_spark.evaluation.money import best_by_money, money_curve

COUNTS = pd.DataFrame({"score": [0.9, 0.9, 0.5, 0.5, 0.1], "churned": [1, 0, 1, 0, 0], "rows": [2, 1, 1, 2, 6]})


def test_the_curve_counts_offers_and_leavers_from_each_threshold_on() -> None:
    curve = money_curve(COUNTS, value=100, cost=5, success_rate=0.2)
    assert curve["threshold"].tolist() == [1.0, 0.9, 0.5, 0.1]
    assert curve["offers"].tolist() == [0, 3, 6, 12]
    assert curve["leavers"].tolist() == [0, 2, 3, 3]
    assert curve["net"].tolist() == [0, 25, 30, 0]


@pytest.mark.parametrize(("value", "cost", "threshold"), [(100, 5, 0.5), (100, 8, 0.9), (100, 0, 0.5), (1, 5, 1.0)])
def test_the_best_threshold_follows_value_and_cost(value: float, cost: float, threshold: float) -> None:
    assert best_by_money(COUNTS, value, cost, success_rate=0.2) == threshold
