"""What a sample of customers tells of a feature table: shifts against its version before, features that say the same.

A sample of fixed size is enough for warnings, and costs the same however many customers there are.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.point_in_time import newest
from churn_spark.features.store import NOT_FEATURES
from churn_spark.lake import Lake
from churn_spark.quality.finding import Finding
from churn_spark.settings import QualitySettings
from churn_spark.tables import Table

SAMPLE = 10_000  # customers, whose rows the driver has room for
FEW = 30  # customers, of whom fewer say nothing about a correlation
DECILES = np.arange(1, 10) / 10


def sample(rows: DataFrame, size: int = SAMPLE) -> pd.DataFrame:
    """So many rows, those of the users with the lowest hashes: always the same ones of the same rows."""
    return rows.orderBy(F.xxhash64("user_id"), "user_id").limit(size).toPandas()


def distribution(lake: Lake, settings: QualitySettings, table: Table, rows: DataFrame) -> list[Finding]:
    """Warnings about `rows` that are to take the place of those that the table has, each at its newest `as_of`."""
    new = sample(newest(rows))
    names = [name for name in rows.columns if name not in NOT_FEATURES]
    findings = unknown_findings(dict(new[names].isna().mean()), settings.max_null_share)
    findings += same_findings(correlations(new, names), settings.max_correlation)
    if lake.exists(table):
        old = sample(newest(lake.read(table)))
        findings += shift_findings(shifts(old, new, [name for name in names if name in old]), settings.max_shift)
    return findings


def correlations(rows: pd.DataFrame, names: Sequence[str]) -> dict[tuple[str, str], float]:
    """Pearson's correlation of each two features that are known of some customers together and not constant there."""
    matrix = rows[list(names)].corr(min_periods=FEW).to_numpy()
    pairs = combinations(range(len(names)), 2)
    return {(names[n], names[m]): float(matrix[n, m]) for n, m in pairs if not np.isnan(matrix[n, m])}


def shifts(old: pd.DataFrame, new: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Population stability index of each feature: sum of (new - old) * ln(new / old) over the shares of rows in bins.

    The bins are between the deciles of the old values, and one for unknown ones (Siddiqi 2006). Half a row is added to
    each, so that an empty one gives a finite number. None are given where a side has no rows.
    """
    if old.empty or new.empty:
        return {}
    found = {}
    for name in names:
        edges = np.unique(old[name].dropna().quantile(DECILES, interpolation="lower"))
        before, after = _shares(old[name], edges), _shares(new[name], edges)
        found[name] = float(np.sum((after - before) * np.log(after / before)))
    return found


def unknown_findings(found: Mapping[str, float], limit: float) -> list[Finding]:
    """One for each feature that is unknown for a larger share of the customers than the limit; if none, the highest."""
    words = f"is unknown for at most {limit:.2%} of the customers"
    return _above(found, limit, words)


def shift_findings(found: Mapping[str, float], limit: float) -> list[Finding]:
    """One for each feature that has shifted by more than the limit; if none has, one for the one that has most."""
    return _above(found, limit, f"lies among the customers as in the version before (PSI at most {limit:g})")


def same_findings(found: Mapping[tuple[str, str], float], limit: float) -> list[Finding]:
    """One for each two features whose correlation is above the limit, or below its negative; if none, one for all."""
    same = {pair: value for pair, value in found.items() if abs(value) > limit}
    if not same:
        return [Finding(f"no two features correlate by more than {limit:g}", None, "warning", True)]
    words = f"do not correlate by more than {limit:g}"
    return [
        Finding(f"{one} and {other} {words}", one, "warning", False, observed=value)
        for (one, other), value in same.items()
    ]


def _shares(values: pd.Series, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    bins = np.where(values.isna(), len(edges) + 1, np.searchsorted(edges, values))
    rows = np.bincount(bins, minlength=len(edges) + 2) + 0.5
    return rows / rows.sum()


def _above(found: Mapping[str, float], limit: float, words: str) -> list[Finding]:
    highest = sorted(found.items(), key=lambda item: item[1])
    shown = [item for item in highest if item[1] > limit] or highest[-1:]
    return [
        Finding(f"{name} {words}", name, "warning", bool(value <= limit), observed=float(value))
        for name, value in shown
    ]
