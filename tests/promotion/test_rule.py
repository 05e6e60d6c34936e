"""What speaks against a challenger, and what stands after promotions and rollbacks."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn_spark.promotion.comparison import compare
from churn_spark.promotion.rule import Comparison, objections, standing
from churn_spark.settings.all import Settings
from churn_spark.settings.promotion import PromotionSettings

BETTER = Comparison(0.8, 0.5, gain=0.02, gain_low=0.01, gain_high=0.03, slices={"new customers": -0.01})


@pytest.fixture
def rule(settings: Settings) -> PromotionSettings:
    return settings.promotion.model_copy(update={"min_precision_high": 0.4})


def test_nothing_speaks_against_a_better_challenger(rule: PromotionSettings) -> None:
    assert objections(BETTER, rule) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roc_auc": 0.55}, r"ROC-AUC 0\.550 is below promotion\.min_roc_auc 0\.6"),
        ({"precision_high": 0.3}, r"precision at HIGH and above, 0\.300, is below promotion\.min_precision_high 0\.4"),
        ({"gain": 0.001}, r"not surely better than the champion: ROC-AUC 0\.800, \+0\.001 \(\+0\.010 to \+0\.030\)"),
        ({"gain_low": -0.001}, r"not surely better"),
        ({"slices": {"new customers": -0.03}}, r"lower by 0\.030 in the slice new customers"),
    ],
)
def test_each_part_of_the_rule_is_told(rule: PromotionSettings, change: dict[str, Any], said: str) -> None:
    [objection] = objections(replace(BETTER, **change), rule)
    assert re.search(said, objection)


def test_a_precision_of_nobody_is_no_objection(rule: PromotionSettings) -> None:
    assert objections(replace(BETTER, precision_high=None), rule) == []


def test_a_rollback_goes_back_by_one_promotion_and_keeps_the_version_out() -> None:
    moves = [("first", "1"), ("promoted", "2"), ("promoted", "3"), ("rolled_back", "2")]
    assert standing(moves) == (["1", "2"], {"3"})
    assert standing([*moves, ("rolled_back", "1")]) == (["1"], {"2", "3"})
    assert standing([*moves, ("promoted", "3")]) == (["1", "2", "3"], set())


def scores(seed: int, noise: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat([0.0, 1.0], 200) + rng.normal(0, noise, 400)


def test_the_interval_tells_a_better_model_from_an_equal_one() -> None:
    rows = pd.DataFrame({"churned": np.repeat([False, True], 200), "champion": scores(1, 2.0)})
    better = compare(rows.assign(challenger=scores(2, 0.5)), {}, seed=7)
    assert better.gain_low is not None and better.gain_low > 0.1
    equal = compare(rows.assign(challenger=scores(3, 2.0)), {}, seed=7)
    assert equal.gain_low is not None and equal.gain_high is not None
    assert equal.gain_low < 0 < equal.gain_high


def test_slices_are_compared_where_enough_customers_churned() -> None:
    rows = pd.DataFrame(
        {"churned": np.repeat([False, True], 200), "champion": scores(1, 0.5), "challenger": scores(2, 0.5)}
    )
    even = pd.Series(np.arange(400) % 2 == 0)
    few = pd.Series(np.arange(400) > 390)
    inside = rows["challenger"].where(~even, 0.5)
    found = compare(rows.assign(challenger=inside), {"even": even, "few": few}, seed=7).slices
    assert found.keys() == {"even"}
    assert found["even"] < -0.3
