"""What a sample of customers tells of a table of numbers and categories: unknown values, twins, and shifts.

Columns of text are categories; all others are numbers.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.quality.finding import Finding

FEW = 30  # customers; a correlation over fewer of them says nothing
DECILES = np.arange(1, 10) / 10


def correlations(rows: pd.DataFrame, names: Sequence[str]) -> dict[tuple[str, str], float]:
    """Pearson's correlation of each pair of number columns.

    A pair is left out if fewer than FEW customers have both values, or if one of the columns is constant there.
    """
    numbers = rows[list(names)].select_dtypes("number")
    matrix = numbers.corr(min_periods=FEW).to_numpy()
    pairs = combinations(range(len(numbers.columns)), 2)
    return {
        (numbers.columns[n], numbers.columns[m]): float(matrix[n, m]) for n, m in pairs if not np.isnan(matrix[n, m])
    }


def shifts(old: pd.DataFrame, new: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Population stability index of each column: sum of (new - old) * ln(new / old) over the shares of rows in bins.

    Numbers have bins between the deciles of the old values. Categories have a bin for each value. Both have a bin for
    unknown values (Siddiqi 2006). Half a row is added to each bin, so that an empty bin gives a finite number. If `old`
    or `new` has no rows, there is no index.

    Example: shares of 0.5 and 0.5 become 0.6 and 0.4. The index is 0.1 * ln 1.2 - 0.1 * ln 0.8 = 0.04.
    """
    if old.empty or new.empty:
        return {}
    indices = {}
    for name in names:
        before, after = _shares(old[name], new[name])
        indices[name] = float(np.sum((after - before) * np.log(after / before)))
    return indices


def unknown_findings(shares: Mapping[str, float], limit: float) -> list[Finding]:
    """A warning for each column unknown for more than `limit` of the customers; without one, the highest as passed."""
    return _above(shares, limit, f"is unknown for at most {limit:.2%} of the customers")


def shift_findings(indices: Mapping[str, float], limit: float) -> list[Finding]:
    """A warning for each column that has shifted by more than `limit`; without one, the largest shift as passed."""
    return _above(indices, limit, f"lies among the customers as in the version before (PSI at most {limit:g})")


def same_findings(values: Mapping[tuple[str, str], float], limit: float) -> list[Finding]:
    """A warning for each pair of columns that correlate beyond `limit` or -`limit`; without one, all as passed."""
    same = {pair: value for pair, value in values.items() if abs(value) > limit}
    if not same:
        return [Finding(f"no two features correlate by more than {limit:g}", None, "warning", True)]
    words = f"do not correlate by more than {limit:g}"
    return [
        Finding(f"{one} and {other} {words}", one, "warning", False, observed=value)
        for (one, other), value in same.items()
    ]


def _shares(old: pd.Series, new: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the rows of both in the same bins, the last one for unknown values."""
    if pd.api.types.is_numeric_dtype(old):
        edges = np.unique(old.dropna().quantile(DECILES, interpolation="lower"))
        bins = [np.where(values.isna(), len(edges) + 1, np.searchsorted(edges, values)) for values in (old, new)]
        count = len(edges) + 2
    else:
        levels = pd.Index(pd.concat([old, new]).dropna().unique())
        bins = [np.where(values.isna(), len(levels), levels.get_indexer(values)) for values in (old, new)]
        count = len(levels) + 1
    rows = [np.bincount(of_one, minlength=count) + 0.5 for of_one in bins]
    return rows[0] / rows[0].sum(), rows[1] / rows[1].sum()


def _above(values: Mapping[str, float], limit: float, words: str) -> list[Finding]:
    highest = sorted(values.items(), key=lambda item: item[1])
    shown = [item for item in highest if item[1] > limit] or highest[-1:]
    return [
        Finding(f"{name} {words}", name, "warning", bool(value <= limit), observed=float(value))
        for name, value in shown
    ]
