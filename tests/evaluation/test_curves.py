"""Lift, gain and calibration."""

import numpy as np
import pytest

from churn_spark.evaluation.curves import by_decile, reliability

RNG = np.random.default_rng(1)
SCORES = RNG.random(1_000)
CHURNED = (RNG.random(1_000) < SCORES).astype(float)


def test_the_first_tenth_holds_those_with_the_highest_scores() -> None:
    first = by_decile(CHURNED, SCORES).iloc[0]
    highest = CHURNED[np.sort(SCORES)[-100] <= SCORES]
    assert (first["rows"], first["churned"]) == (100, highest.sum())
    assert first["lift"] == pytest.approx(highest.mean() / CHURNED.mean())


def test_all_tenths_together_hold_all_churned_customers() -> None:
    last = by_decile(CHURNED, SCORES).iloc[-1]
    assert (last["contacted"], last["gain"]) == pytest.approx((1, 1))


def test_the_order_of_equal_scores_plays_no_part() -> None:
    table = by_decile(np.array([1.0] * 5 + [0.0] * 15), np.full(20, 0.5))
    assert table["churn_rate"].tolist() == pytest.approx([0.25] * 10)


def test_probabilities_that_are_true_agree_with_the_churn_rates() -> None:
    table = reliability(CHURNED, SCORES)
    assert len(table) == 10
    assert np.abs(table["mean_probability"] - table["churn_rate"]).max() < 0.12


def test_equal_scores_are_in_one_bin() -> None:
    table = reliability(np.array([1.0, 0, 0, 0]), np.full(4, 0.3))
    assert table.to_dict("list") == {"mean_probability": [0.3], "churn_rate": [0.25], "rows": [4]}
