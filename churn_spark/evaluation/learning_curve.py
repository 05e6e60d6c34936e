"""Whether more customers would help, and how far ahead the model sees."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.evaluation.ranking import ranking
from churn_spark.models.candidate import Labelled, Rows

SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)

Scorer = Callable[[Rows], NDArray[np.float64]]


def learning_curve(
    fit: Callable[[Labelled], Scorer],
    train: Labelled,
    customers: NDArray[np.generic],
    validation: Labelled,
    seed: int,
) -> pd.DataFrame:
    """How well models rank the validation rows that learned from 1/8, 1/4, 1/2 and all of the training customers.

    - `fit`: fits a model to rows and returns its scores of other rows.
    - `customers`: the customer of each training row. A smaller part of the customers lies within each larger one.

    Columns: `share`, `customers`, `train_rows`, and the fields of `Ranking` on the validation rows.
    A share with churned rows only, or without any, is left out.
    """
    names, customer = np.unique(customers, return_inverse=True)
    place = np.random.default_rng(seed).permutation(len(names))[customer]
    lines = []
    for share in SHARES:
        number = int(np.ceil(share * len(names)))
        inside = place < number
        part = train.only(inside)
        if 0 < part.churned.mean() < 1:
            of_part = ranking(validation.churned, fit(part)(validation.rows), seed)
            sizes = {"share": share, "customers": number, "train_rows": len(part.churned)}
            lines.append({**sizes, **of_part._asdict()})
    return pd.DataFrame(lines)


def advance_warning(by_gap: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]], seed: int) -> pd.DataFrame:
    """How well scores rank customers who leave only after a gap.

    `by_gap`: for each gap in days the labels (0 or 1) and the scores of the same rows. The caller leaves out the rows
    that churn within the gap.

    Columns: `gap_days`, rising, and the fields of `Ranking`.
    """
    return pd.DataFrame([{"gap_days": gap, **ranking(*by_gap[gap], seed)._asdict()} for gap in sorted(by_gap)])
