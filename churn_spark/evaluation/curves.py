"""Tables over the range of scores: lift and gain by tenth, and calibration."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]


def by_decile(churned: Values, scores: Values) -> pd.DataFrame:
    """The customers in ten parts of about one size, highest scores first: columns of each `decile`, 1 to 10.

    - `rows`, `churned`, `churn_rate`: of the part.
    - `lift`: churn rate of the part over that of all.
    - `contacted`, `gain`: share of all customers, and of all churned ones, in this part and those before it.

    Customers with equal scores share their churn equally, so that their order plays no part.
    """
    order = np.argsort(-scores, kind="stable")
    _, group = np.unique(scores, return_inverse=True)
    shared = (np.bincount(group, churned) / np.bincount(group))[group][order]
    parts = np.array_split(shared, 10)
    rows, left = np.array([len(part) for part in parts]), np.array([part.sum() for part in parts])
    rate = left / np.maximum(rows, 1)
    return pd.DataFrame({
        "decile": range(1, 11),
        "rows": rows,
        "churned": left,
        "churn_rate": rate,
        "lift": rate / churned.mean(),
        "contacted": rows.cumsum() / rows.sum(),
        "gain": left.cumsum() / churned.sum(),
    })  # fmt: skip


def reliability(churned: Values, scores: Values) -> pd.DataFrame:
    """Probability and churn rate in up to ten bins of about one size: `mean_probability`, `churn_rate`, `rows`.

    Equal scores are in one bin. A model whose probabilities can be believed has the same value in both columns.
    """
    edges = np.unique(np.quantile(scores, np.arange(1, 10) / 10))
    rows = pd.DataFrame({"bin": np.searchsorted(edges, scores), "score": scores, "churned": churned})
    return (
        rows.groupby("bin")
        .agg(mean_probability=("score", "mean"), churn_rate=("churned", "mean"), rows=("score", "size"))
        .reset_index(drop=True)
    )
