"""Calibrated probabilities agree with the shares of churned customers."""

import numpy as np
import pytest

from churn_spark.models.calibration import calibrated, isotonic, platt


@pytest.mark.parametrize("learn", [isotonic, platt])
def test_the_calibrated_mean_is_the_churn_rate(learn) -> None:
    rng = np.random.default_rng(7)
    truth = rng.beta(1, 9, 5000)
    churned = (rng.random(5000) < truth).astype(float)
    bent = 9 * truth / (9 * truth + 1 - truth)  # as after undersampling nine of ten others
    straight = calibrated(learn(bent, churned), bent)
    assert bent.mean() > 0.3
    assert straight.mean() == pytest.approx(churned.mean(), abs=1e-3)
    assert np.abs(straight - truth).mean() < 0.02


def test_without_calibration_probabilities_stay() -> None:
    np.testing.assert_array_equal(calibrated(None, np.array([0.0, 0.3, 1.0])), [0.0, 0.3, 1.0])


def test_certain_scores_stay_finite() -> None:
    scores = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert np.isfinite(calibrated(platt(scores, np.array([0, 0, 1, 0, 1, 1.0])), scores)).all()
