"""A run on customers who leave by a known rule."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from churn_spark.evaluation.explanation import Explained
from churn_spark.evaluation.metrics import array_counts, evaluate
from churn_spark.evaluation.money import Money
from churn_spark.evaluation.ranking import ranking
from churn_spark.evaluation.run import TrainingRun
from churn_spark.model_card import Calibration, CardFeature, ModelCard
from churn_spark.models.candidate import Labelled

FEATURES = tuple(
    CardFeature(name=name, description=description, minimum=None, maximum=None, type=kind, levels=levels)
    for name, description, kind, levels in [
        ("sessions_7d", "Sessions begun (sessions); last 7 days", "number", ()),
        ("account_age_days", "Days since registration (days); null where no event tells one", "number", ()),
        ("weekend_share_30d", "Saturdays and Sundays, UTC, among the active days (share of days); last 30 days",
         "number", ()),
        ("level", "Newest known level of the subscription (level)", "category", ("free", "paid")),
        ("open_tickets", "Tickets not closed yet (tickets)", "number", ()),
    ]
)  # fmt: skip
THRESHOLD = 0.3


def customers(count: int, seed: int = 1) -> tuple[Labelled, np.ndarray, np.ndarray]:
    """Labelled rows, the true probabilities, and the exact contributions with the bias."""
    rng = np.random.default_rng(seed)
    rows = np.column_stack([
        rng.poisson(4, count), rng.integers(1, 800, count), rng.beta(2, 4, count), rng.integers(0, 2, count),
        rng.poisson(0.5, count),
    ]).astype(float)  # fmt: skip
    contributions = np.column_stack([
        -0.6 * (rows[:, 0] - 4), -0.002 * (rows[:, 1] - 400), 0.4 * (rows[:, 2] - 0.33), -0.8 * (rows[:, 3] - 0.5),
        0.7 * (rows[:, 4] - 0.5), np.full(count, -2.4),
    ])  # fmt: skip
    probabilities = 1 / (1 + np.exp(-contributions.sum(axis=1)))
    rows[::9, 1] = np.nan
    return Labelled(rows, (rng.random(count) < probabilities).astype(float)), probabilities, contributions


def small_run(count: int = 1_500) -> TrainingRun:
    """A run with all that a report can show."""
    holdout, probabilities, contributions = customers(count)
    counts = array_counts(holdout.churned, probabilities)
    certainty = ranking(holdout.churned, probabilities, seed=7)
    metrics: dict[str, float | None] = {
        **vars(evaluate(counts, THRESHOLD)), "roc_auc_low": certainty.roc_auc_low,
        "roc_auc_high": certainty.roc_auc_high, "oracle_roc_auc": 0.91,
        "oracle_ratio": 0.9, "log_ceiling_roc_auc": 0.84, "log_ceiling_ratio": 0.98, "benchmark_rows": 500,
    }  # fmt: skip
    card = ModelCard(
        trained_at=datetime(2026, 11, 2, tzinfo=UTC),
        label_version="churn_def_v1",
        gap_days=0,
        horizon_days=14,
        feature_version="v1.3",
        threshold=THRESHOLD,
        features=FEATURES,
        metrics=metrics,
    )
    curve = pd.DataFrame({
        "share": [0.5, 1.0], "customers": [400, 800], "train_rows": [400, 800], "rows": 300, "churned": 40,
        "roc_auc": [0.71, 0.78], "roc_auc_low": [0.65, 0.72], "roc_auc_high": [0.77, 0.83],
        "pr_auc": 0.3, "pr_auc_low": 0.2, "pr_auc_high": 0.4,
    })  # fmt: skip
    return TrainingRun(
        name="churn",
        card=card,
        holdout=holdout,
        uncalibrated=probabilities,
        probabilities=probabilities,
        money=Money(kept_value=120, offer_cost=5, success_rate=0.2, currency="EUR"),
        explained=Explained(holdout.rows[:400], probabilities[:400], contributions[:400]),
        splits=pd.DataFrame(
            {"part": ["train", "holdout"], "rows": [800, count], "as_of": ["2026-09-01", "2026-10-01"]}
        ),
        parameters={"training.model": "xgboost", "labels.horizon_days": 14},
        tables={"gold.training_set": 3},
        seed=7,
        learning=curve,
        warning=curve.assign(gap_days=[0, 14]).drop(columns=["share", "customers", "train_rows"]),
        retrospective={"roc_auc": 0.97},
    )


def with_calibration(run: TrainingRun) -> TrainingRun:
    """The same run, but its estimator gave probabilities that were too high."""
    isotonic = Calibration(method="isotonic", x=(0, 1), y=(0, 1))
    card = run.card.model_copy(update={"calibration": isotonic})
    return replace(run, card=card, uncalibrated=np.sqrt(run.probabilities))
