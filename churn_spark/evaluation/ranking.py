"""How well scores rank churned customers before others, with intervals that cost little."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.evaluation.metrics import array_counts, resampled

FEWEST = 10  # churned rows, and others; below that an interval says nothing


class Ranking(NamedTuple):
    """ROC-AUC and PR-AUC (average precision), each with its 95 % interval; None where there are too few rows."""

    rows: int
    churned: int
    roc_auc: float | None = None
    roc_auc_low: float | None = None
    roc_auc_high: float | None = None
    pr_auc: float | None = None
    pr_auc_low: float | None = None
    pr_auc_high: float | None = None


def ranking(churned: NDArray[np.float64], scores: NDArray[np.float64], seed: int) -> Ranking:
    """The ranking of rows by their scores; figures are None with fewer than FEWEST churned rows or others."""
    size = Ranking(len(churned), int(churned.sum()))
    if min(size.churned, size.rows - size.churned) < FEWEST:
        return size
    counts = array_counts(churned, scores).sort_values(["score", "churned"])
    rows = np.vstack([counts["rows"].to_numpy(), resampled(counts, seed)])
    roc, precision = _areas(counts, rows)
    bounds = [np.quantile(values[1:], [0.025, 0.975]) for values in (roc, precision)]
    (roc_low, roc_high), (pr_low, pr_high) = ([float(bound) for bound in pair] for pair in bounds)
    return size._replace(
        roc_auc=float(roc[0]), roc_auc_low=roc_low, roc_auc_high=roc_high,
        pr_auc=float(precision[0]), pr_auc_low=pr_low, pr_auc_high=pr_high,
    )  # fmt: skip


def _areas(counts: pd.DataFrame, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ROC-AUC and average precision for each line of `rows`, the rows behind each count; counts rise by score."""
    starts = np.flatnonzero(np.diff(counts["score"].to_numpy(), prepend=-1))
    churned = np.add.reduceat(rows * (counts["churned"].to_numpy() == 1), starts, axis=1)
    others = np.add.reduceat(rows, starts, axis=1) - churned
    all_churned, all_others = churned.sum(axis=1), others.sum(axis=1)
    below = others.cumsum(axis=1) - others / 2  # equal scores count half
    roc = (churned * below).sum(axis=1) / (all_churned * all_others)
    hits, alarms = (_from_top(part) for part in (churned, churned + others))
    precision = (churned * hits / np.maximum(alarms, 1)).sum(axis=1) / all_churned
    return roc, precision


def _from_top(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each place the sum of its own and all later places."""
    sums: NDArray[np.int64] = rows[:, ::-1].cumsum(axis=1)[:, ::-1]
    return sums
