"""How good the scores are for parts of the customers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.evaluation.ranking import ranking
from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled


class Slice(NamedTuple):
    """The customers whose feature is at least `low` and below `high`."""

    name: str
    feature: str
    low: float = -np.inf
    high: float = np.inf

    def of(self, values: pd.Series) -> pd.Series:
        """Which of the feature's values, or codes of a category, are in the slice; an unknown one is in none."""
        return (values >= self.low) & (values < self.high)


SLICES = (
    Slice("New customers, registered less than 30 days ago", "account_age_days", high=30),
    Slice("New customers, seen for less than 14 days", "history_days", high=14),
    Slice("Account younger than 30 days", "tenure_bin", high=1),
    Slice("Account of 30 to 89 days", "tenure_bin", 1, 2),
    Slice("Account of 90 to 364 days", "tenure_bin", 2, 3),
    Slice("Account of a year or more", "tenure_bin", 3),
    Slice("Customer for less than 12 months", "tenure_months_bin", high=1),
    Slice("Customer for 12 to 23 months", "tenure_months_bin", 1, 2),
    Slice("Customer for 24 months or more", "tenure_months_bin", 2),
    Slice("Weekend users, with half of their active days or more on weekends", "weekend_share_30d", 0.5),
)
BY_LEVEL = {"level": "Level", "contract": "Contract", "season": "Season"}  # categories with a slice for each level


def slices_of(features: Sequence[CardFeature]) -> list[Slice]:
    """The slices whose feature the model has."""
    by_name = {feature.name: feature for feature in features}
    of_levels = [
        Slice(f"{title}: {level}", name, code, code + 1)
        for name, title in BY_LEVEL.items()
        if name in by_name
        for code, level in enumerate(by_name[name].levels)
    ]
    return [part for part in SLICES if part.feature in by_name] + of_levels


def slice_table(
    holdout: Labelled, scores: NDArray[np.float64], features: Sequence[CardFeature], seed: int
) -> pd.DataFrame:
    """One row per slice with customers: `slice`, and the fields of `Ranking`.

    Figures are None where a slice has too few churned customers or others.
    """
    places = {feature.name: place for place, feature in enumerate(features)}
    lines = []
    for part in slices_of(features):
        inside = part.of(pd.Series(holdout.rows[:, places[part.feature]])).to_numpy()
        if inside.any():
            lines.append({"slice": part.name, **ranking(holdout.churned[inside], scores[inside], seed)._asdict()})
    return pd.DataFrame(lines)
