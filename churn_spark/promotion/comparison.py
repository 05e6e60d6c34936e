"""Two models on the same rows of the holdout."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from churn_spark.evaluation.risk import RISK_LEVELS
from churn_spark.promotion.rule import Comparison

RESAMPLES = 500
MIN_CHURNED = 20  # in a slice, for its ROC-AUC to say anything
Weights = npt.NDArray[np.float64]


def compare(scored: pd.DataFrame, slices: Mapping[str, pd.Series], seed: int) -> Comparison:
    """Compare by `churned`, `challenger` and `champion`, the probabilities; without a champion, the challenger alone.

    `slices`: of each slice, which rows are in it. Slices of few churned customers are left out.
    """
    churned, challenger = scored["churned"].to_numpy(bool), scored["challenger"].to_numpy()
    high = challenger > dict(RISK_LEVELS)["HIGH"]
    precision = float(churned[high].mean()) if high.any() else None
    roc_auc = float(roc_auc_score(churned, challenger))
    if "champion" not in scored:
        return Comparison(roc_auc, precision)
    gain = _gain(scored)
    gains = [gain(weights) for weights in _resamples(churned, seed)]
    low, up = np.quantile(gains, [0.025, 0.975])
    by_slice = {
        name: gain(inside.to_numpy(float))
        for name, inside in slices.items()
        if churned[inside].sum() >= MIN_CHURNED and not churned[inside].all()
    }
    return Comparison(roc_auc, precision, gain(np.ones(len(churned))), float(low), float(up), by_slice)


def _gain(scored: pd.DataFrame) -> Callable[[Weights], float]:
    """The challenger's ROC-AUC less the champion's, by how often each row counts."""
    churned = scored["churned"].to_numpy(float)
    ranks = [np.unique(scored[name], return_inverse=True)[1] for name in ("challenger", "champion")]

    def gain(weights: Weights) -> float:
        ours, theirs = (_roc_auc(rank, churned * weights, (1 - churned) * weights) for rank in ranks)
        return float(ours - theirs)

    return gain


def _roc_auc(rank: npt.NDArray[np.intp], churned: Weights, others: Weights) -> float:
    """The share of pairs of a churned row and another in which the churned one ranks higher; ties count half.

    Ranks do not change from sample to sample, so this takes no sorting, unlike scikit-learn's.
    """
    ours, theirs = np.bincount(rank, churned), np.bincount(rank, others)
    return float((ours * (theirs.cumsum() - theirs / 2)).sum() / (ours.sum() * theirs.sum()))


def _resamples(churned: npt.NDArray[np.bool_], seed: int) -> Iterator[Weights]:
    """How often each row is drawn in bootstrap samples (Efron and Tibshirani 1993).

    Churned rows and others are drawn apart, so that each sample has both.
    """
    rng = np.random.default_rng(seed)
    for _ in range(RESAMPLES):
        weights = np.zeros(len(churned))
        for part in (churned, ~churned):
            weights[part] = np.bincount(rng.integers(part.sum(), size=part.sum()), minlength=part.sum())
        yield weights
