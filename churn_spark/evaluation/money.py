"""What offers to the customers with an alarm bring and cost, over all thresholds."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Money(NamedTuple):
    """Worth of a kept customer, cost of an offer, the share of leaving customers whom it keeps, and the currency."""

    kept_value: float
    offer_cost: float
    success_rate: float
    currency: str


def money_curve(counts: pd.DataFrame, value: float, cost: float, success_rate: float) -> pd.DataFrame:
    """The expected net value of offers to all rows at or above each threshold, lowest threshold last.

    `counts`: score, churned (0 or 1), rows.
    Columns: `threshold`, `offers`, `leavers` (churned among the offers), `net`.
    A net value is success rate * value * leavers - cost * offers (Verbeke et al. 2012, without fixed costs).

    Example: 4 offers of which 2 reach leavers, a value of 100, a cost of 5 and a success rate of 0.2 make
    0.2 * 100 * 2 - 5 * 4 = 20.
    """
    left = counts["rows"].where(counts["churned"] == 1, 0)
    by_score = counts.assign(left=left).groupby("score")[["rows", "left"]].sum()
    # The threshold 1 alarms nobody where no score is 1: no offer at all costs nothing.
    sums = by_score.reindex(by_score.index.union([1.0]), fill_value=0).sort_index(ascending=False).cumsum()
    return pd.DataFrame({
        "threshold": sums.index.to_numpy(),
        "offers": sums["rows"].to_numpy(),
        "leavers": sums["left"].to_numpy(),
        "net": success_rate * value * sums["left"].to_numpy() - cost * sums["rows"].to_numpy(),
    })  # fmt: skip


def best_by_money(counts: pd.DataFrame, value: float, cost: float, success_rate: float) -> float:
    """The threshold with the highest net value; if several reach it, the highest of these; 1 if no offer pays."""
    curve = money_curve(counts, value, cost, success_rate)
    if curve["net"].max() <= 0:
        return 1.0
    return float(curve["threshold"].iloc[int(np.argmax(curve["net"]))])
