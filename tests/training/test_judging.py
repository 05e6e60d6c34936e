"""What is judged of a model on its holdout."""

import numpy as np
import pandas as pd
import pytest

from churn_spark.training.judging import GAPS, warning_days


def test_who_leaves_within_the_gap_is_left_out() -> None:
    rng = np.random.default_rng(7)
    days = np.where(np.arange(400) < 60, np.arange(400) % 20, np.nan)
    churned = ~np.isnan(days)
    score = np.where(churned, 0.9 - days / 25, 0.3) + rng.normal(0, 0.05, 400)
    told = warning_days(pd.DataFrame({"churned": churned, "days": days, "score": score}), seed=7).set_index("gap_days")
    assert tuple(told.index) == GAPS
    assert told["churned"].tolist() == [60, 51, 18]
    assert told["roc_auc"].is_monotonic_decreasing
    assert told.loc[14, "roc_auc"] == pytest.approx(0.3, abs=0.3)
