"""What `gold.training_set` must keep; `leakage.py` checks what single features tell of the label."""

from churn_spark.quality.expectation import Expectation, one_of, one_row_per
from churn_spark.training.tables import SPLITS, TRAINING_SET


def training_rows() -> list[Expectation]:
    """Expectations of every row of the training set."""
    return [one_row_per(TRAINING_SET.keys), one_of("split", SPLITS)]
