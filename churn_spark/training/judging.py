"""What is judged of a trained model on its holdout, as the evaluation room takes it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from churn_spark.evaluation.explanation import Explained
from churn_spark.evaluation.learning_curve import advance_warning
from churn_spark.evaluation.page import report_page
from churn_spark.evaluation.run import TrainingRun
from churn_spark.models.candidate import Labelled
from churn_spark.models.explanation import contributions, is_exact
from churn_spark.models.model import Model, uncalibrated
from churn_spark.settings.all import Settings
from churn_spark.training.fitting import Trained
from churn_spark.training.registry import Source

GAPS = (0, 3, 14)  # days
EXPLAINED, SAMPLED = 2_000, 50  # rows of the holdout whose contributions are exact, or sampled


def warning_days(scored: pd.DataFrame, seed: int) -> pd.DataFrame:
    """How well the scores foresee churn that comes only after each of GAPS, from rows of `churned`, `days`, `score`.

    `days`: from `as_of` to the churn, null without one. Rows that churn within the gap are left out.
    """
    late = {gap: scored[~(scored["days"] < gap)] for gap in GAPS}
    by_gap = {gap: (rows["churned"].to_numpy(float), rows["score"].to_numpy()) for gap, rows in late.items()}
    return advance_warning(by_gap, seed)


def report_of(
    trained: Trained,
    splits: pd.DataFrame,
    sources: Sequence[Source],
    settings: Settings,
    warning: pd.DataFrame | None = None,
) -> str:
    """The HTML report of a training run; `warning` as `warning_days` gives it."""
    model, holdout = trained.model, trained.holdout
    return report_page(
        TrainingRun(
            name=settings.mlflow.model_name,
            card=trained.card,
            holdout=holdout,
            uncalibrated=uncalibrated(model.estimator, holdout.rows),
            probabilities=model.probabilities(holdout.rows),
            money=trained.money,
            explained=_explained(model, holdout, settings.training.seed),
            splits=splits,
            parameters={**settings.labels.model_dump(), **settings.training.model_dump()},
            tables={source.name: source.version for source in sources},
            seed=settings.training.seed,
            warning=warning,
        )
    )


def _explained(model: Model, holdout: Labelled, seed: int) -> Explained:
    number = EXPLAINED if is_exact(model) else SAMPLED
    rows = holdout.rows[np.sort(np.random.default_rng(seed).permutation(len(holdout.rows))[:number])]
    explained = contributions(model, rows)
    bias = np.full((len(rows), 1), explained.bias)
    return Explained(rows, model.probabilities(rows), np.hstack([explained.contributions, bias]))
