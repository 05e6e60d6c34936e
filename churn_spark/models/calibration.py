"""Probabilities that agree with the shares of churned customers, learned from validation rows."""

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from churn_spark.model_card import Calibration

SMALLEST = 1e-6  # log odds of 0 and 1 are infinite

Probabilities = NDArray[np.float64]


def isotonic(
    probabilities: Probabilities, churned: NDArray[np.float64], rows: NDArray[np.float64] | None = None
) -> Calibration:
    """The rising steps that fit best (Zadrozny and Elkan 2002), straight lines between their middles.

    A middle is the mean of the step's probabilities (Oron and Flournoy 2017). Lines between the ends of steps would be
    steep enough to enlarge what float32 rounds. `rows`: how many rows each probability stands for; None: one each.
    """
    weights = np.ones_like(probabilities) if rows is None else rows
    steps = IsotonicRegression().fit_transform(probabilities, churned, sample_weight=weights)
    y, step = np.unique(steps, return_inverse=True)
    x = np.bincount(step, weights * probabilities) / np.bincount(step, weights)
    return Calibration(method="isotonic", x=tuple(x), y=tuple(y))


def platt(
    probabilities: Probabilities, churned: NDArray[np.float64], rows: NDArray[np.float64] | None = None
) -> Calibration:
    """A logistic curve over the log odds (Platt 1999); `rows` as for `isotonic`."""
    fitted = LogisticRegression(C=np.inf).fit(log_odds(probabilities)[:, None], churned, sample_weight=rows)
    return Calibration(method="platt", slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]))


def calibrated(calibration: Calibration | None, probabilities: Probabilities) -> Probabilities:
    """The probabilities after calibration; without one, as they are."""
    if calibration is None:
        return probabilities
    if calibration.method == "isotonic":
        return np.interp(probabilities, calibration.x, calibration.y)
    return 1 / (1 + np.exp(-calibration.slope * log_odds(probabilities) - calibration.intercept))


def log_odds(probabilities: Probabilities) -> Probabilities:
    """log(p / (1 - p)), with p at least SMALLEST and at most 1 - SMALLEST."""
    clipped = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return np.log(clipped / (1 - clipped))
