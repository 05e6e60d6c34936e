"""How well scores rank and separate churned customers, from counts that stay small however many rows there are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    precision_recall_curve,
    roc_auc_score,
)

SCORE_DIGITS = 4  # at most 10,001 distinct scores reach the driver


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one set of scored rows; `f1` at the threshold in use."""

    roc_auc: float
    pr_auc: float
    brier: float
    f1: float
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


def evaluate(counts: pd.DataFrame, threshold: float) -> Evaluation:
    """Metrics by scikit-learn, each score weighted with its rows; PR-AUC is average precision."""
    truth, score, rows = counts["churned"], counts["score"], counts["rows"]
    return Evaluation(
        roc_auc=float(roc_auc_score(truth, score, sample_weight=rows)),
        pr_auc=float(average_precision_score(truth, score, sample_weight=rows)),
        brier=float(brier_score_loss(truth, score, sample_weight=rows)),
        f1=float(f1_score(truth, score >= threshold, sample_weight=rows)),
        rows=int(rows.sum()),
        positives=int(rows[truth == 1].sum()),
    )
