"""What a training run leaves for its report."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.evaluation.explanation import Explained
from churn_spark.evaluation.metrics import SCORE_DIGITS, array_counts
from churn_spark.evaluation.money import Money
from churn_spark.model_card import ModelCard
from churn_spark.models.candidate import Labelled

Values = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingRun:
    """A trained model and what it was tested on; rows stand in one order throughout.

    - `name`: the registered name of the model.
    - `card`: its metrics are those of the holdout, with `roc_auc_low` and `roc_auc_high`.
    - `holdout`: rows in the order of the card's features, and whether they churned; a sample if they are too many.
    - `uncalibrated`, `probabilities`: of the holdout, before and after calibration; the same without calibration.
    - `money`: None if the value of a kept customer is not known.
    - `explained`: a sample of the holdout with contributions; None if the model was not explained.
    - `splits`: one row per part, with the columns that the report shows as they are, such as part, rows and churned.
    - `parameters`: the settings of labels and training. `tables`: the Delta version of each table.
    - `learning`, `warning`: from `learning_curve` and `advance_warning`; None if they were not made.
    - `retrospective`: metrics of the retrospective protocol by name; None if it was not run.
    """

    name: str
    card: ModelCard
    holdout: Labelled
    uncalibrated: Values
    probabilities: Values
    money: Money | None
    explained: Explained | None
    splits: pd.DataFrame
    parameters: Mapping[str, object]
    tables: Mapping[str, int]
    seed: int
    learning: pd.DataFrame | None = None
    warning: pd.DataFrame | None = None
    retrospective: Mapping[str, float | None] | None = None

    @property
    def scores(self) -> Values:
        """The probabilities, rounded as those that the metrics are made from."""
        return self.probabilities.round(SCORE_DIGITS)

    @property
    def alarmed(self) -> NDArray[np.bool_]:
        """Whether each row of the holdout has an alarm."""
        return self.scores >= self.card.threshold

    @property
    def counts(self) -> pd.DataFrame:
        """The holdout as counts: score, churned, rows."""
        return array_counts(self.holdout.churned, self.probabilities)
