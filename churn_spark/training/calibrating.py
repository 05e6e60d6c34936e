"""The calibration of a model, learned from the counts of its scores on the validation rows."""

from collections.abc import Callable, Mapping
from typing import Literal

import pandas as pd

from churn_spark.evaluation.metrics import SCORE_DIGITS
from churn_spark.model_card import Calibration
from churn_spark.models.calibration import calibrated, isotonic, platt

METHODS: Mapping[str, Callable[..., Calibration]] = {"isotonic": isotonic, "platt": platt}


def learned(method: Literal["none", "isotonic", "platt"], counts: pd.DataFrame) -> Calibration | None:
    """The calibration by this method from the columns score, churned and rows; None for `none`."""
    if method == "none":
        return None
    churned, rows = (counts[name].to_numpy(float) for name in ("churned", "rows"))
    return METHODS[method](counts["score"].to_numpy(float), churned, rows)


def after(calibration: Calibration | None, counts: pd.DataFrame) -> pd.DataFrame:
    """The counts with the scores as the calibration makes them."""
    scores = calibrated(calibration, counts["score"].to_numpy(float)).round(SCORE_DIGITS)
    return counts.assign(score=scores).groupby(["score", "churned"])["rows"].sum().reset_index()
