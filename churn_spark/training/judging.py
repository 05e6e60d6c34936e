"""What is judged of a trained model on its holdout, as the evaluation room takes it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from churn_spark.evaluation.explanation import Explained
from churn_spark.evaluation.page import report_page
from churn_spark.evaluation.run import TrainingRun
from churn_spark.models.candidate import Labelled
from churn_spark.models.explanation import contributions, is_exact
from churn_spark.models.model import Model, uncalibrated
from churn_spark.settings.all import Settings
from churn_spark.training.fitting import Trained
from churn_spark.training.registry import Source

EXPLAINED, SAMPLED = 2_000, 50  # rows of the holdout whose contributions are exact, or sampled


def report_of(trained: Trained, splits: pd.DataFrame, sources: Sequence[Source], settings: Settings) -> str:
    """The HTML report of a training run."""
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
        )
    )


def _explained(model: Model, holdout: Labelled, seed: int) -> Explained:
    number = EXPLAINED if is_exact(model) else SAMPLED
    rows = holdout.rows[np.sort(np.random.default_rng(seed).permutation(len(holdout.rows))[:number])]
    explained = contributions(model, rows)
    bias = np.full((len(rows), 1), explained.bias)
    return Explained(rows, model.probabilities(rows), np.hstack([explained.contributions, bias]))
