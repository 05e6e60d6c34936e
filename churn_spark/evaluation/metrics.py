"""How well scores rank and separate churned customers, from counts that stay small however many rows there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
)

from churn_spark.evaluation.risk import LOWEST, RISK_LEVELS

LEVELS = (*(name for name, _ in RISK_LEVELS), LOWEST)
SCORE_DIGITS = 4  # at most 10,001 distinct scores reach the driver


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one set of scored rows; None where a metric has no meaning, such as precision without an alarm.

    A row whose score is at least the threshold in use is an alarm: `f1` to `false_positive_rate` are of alarms. The
    precision of a risk level is the share of its rows that churned.
    """

    roc_auc: float
    pr_auc: float
    brier: float
    f1: float
    accuracy: float
    balanced_accuracy: float
    precision: float | None
    recall: float
    false_positive_rate: float
    precision_critical: float | None
    precision_high: float | None
    precision_medium: float | None
    precision_low: float | None
    rows: int
    positives: int


def score_counts(scored: DataFrame, score: str = "churn_probability") -> pd.DataFrame:
    """Count rows by rounded `score` and `churned`: columns score, churned (0 or 1), rows."""
    counts = scored.groupBy(F.round(score, SCORE_DIGITS).alias("score"), F.col("churned").cast("int").alias("churned"))
    return counts.agg(F.count("*").alias("rows")).toPandas()


def best_threshold(counts: pd.DataFrame) -> float:
    """The threshold with the highest F1; if several reach it, the highest of these."""
    precision, recall, thresholds = precision_recall_curve(
        counts["churned"], counts["score"], sample_weight=counts["rows"]
    )
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[np.flatnonzero(f1[:-1] == f1[:-1].max())[-1]])


def array_counts(churned: NDArray[np.float64], scores: NDArray[np.float64]) -> pd.DataFrame:
    """The same of arrays: columns score, churned (0 or 1), rows."""
    rows = pd.DataFrame({"score": scores.round(SCORE_DIGITS), "churned": churned.astype(int)})
    return rows.value_counts(sort=False).rename("rows").reset_index()


class Confusion(NamedTuple):
    """Rows by alarm and outcome: churned with an alarm, others with one, churned without one, others without one."""

    hits: int
    false_alarms: int
    misses: int
    calm: int


def confusion(counts: pd.DataFrame, threshold: float) -> Confusion:
    """The confusion matrix of alarms at or above the threshold."""
    truth, rows = counts["churned"] == 1, counts["rows"]
    alarm = counts["score"] >= threshold
    groups = (alarm & truth, alarm & ~truth, ~alarm & truth, ~alarm & ~truth)
    return Confusion(*(int(rows[group].sum()) for group in groups))


def evaluate(counts: pd.DataFrame, threshold: float) -> Evaluation:
    """Metrics of the rows behind the counts; PR-AUC is average precision, Brier the mean squared error."""
    truth, score, rows = counts["churned"], counts["score"], counts["rows"]
    hits, false_alarms, misses, calm = confusion(counts, threshold)
    recall, specificity = hits / (hits + misses), calm / (calm + false_alarms)
    level = np.select([score > above for _, above in RISK_LEVELS], [name for name, _ in RISK_LEVELS], LOWEST)
    shares = {name: _share(rows[(level == name) & (truth == 1)].sum(), rows[level == name].sum()) for name in LEVELS}
    return Evaluation(
        roc_auc=roc_auc(counts),
        pr_auc=float(average_precision_score(truth, score, sample_weight=rows)),
        brier=float(np.average((score - truth) ** 2, weights=rows)),
        f1=2 * hits / (2 * hits + misses + false_alarms),
        accuracy=float((hits + calm) / rows.sum()),
        balanced_accuracy=float((recall + specificity) / 2),
        precision=_share(hits, hits + false_alarms),
        recall=recall,
        false_positive_rate=1 - specificity,
        **{f"precision_{name.lower()}": share for name, share in shares.items()},
        rows=int(rows.sum()),
        positives=hits + misses,
    )


def roc_auc(counts: pd.DataFrame) -> float:
    """The probability that a churned row has a higher score than another row."""
    return float(roc_auc_score(counts["churned"], counts["score"], sample_weight=counts["rows"]))


def interval(
    counts: pd.DataFrame, metric: Callable[[pd.DataFrame], float], seed: int, resamples: int = 200
) -> tuple[float, float]:
    """The 95 % interval of a metric by the bootstrap (Efron 1979) over the rows behind the counts.

    Churned rows and others are drawn apart, so that each resample has both.
    """
    values = [metric(counts.assign(rows=resample)) for resample in resampled(counts, seed, resamples)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def resampled(counts: pd.DataFrame, seed: int, resamples: int = 200) -> NDArray[np.int64]:
    """The rows behind the counts drawn with replacement, one line per resample; churned rows and others apart."""
    rng = np.random.default_rng(seed)
    churned = counts["churned"].to_numpy() == 1
    rows = counts["rows"].to_numpy()
    drawn = np.zeros((resamples, len(rows)), dtype=np.int64)
    for part in (churned, ~churned):
        drawn[:, part] = rng.multinomial(rows[part].sum(), rows[part] / rows[part].sum(), size=resamples)
    return drawn


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
