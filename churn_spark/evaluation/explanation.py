"""What drives the scores, from the contributions of the features (SHAP, Lundberg and Lee 2017)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.evaluation.words import in_words, value_in_words
from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Rows

RISING = 0.3  # rank correlation of value and contribution from which on the direction is told
MOST_POINTS = 300  # in a picture
Values = NDArray[np.float64]


class Explained(NamedTuple):
    """Rows with their probabilities and contributions.

    `contributions`: [N, features + 1] in log odds; the last column is the bias. A line adds up to the log odds.
    """

    rows: Rows
    probabilities: Values
    contributions: Values


class Factor(NamedTuple):
    """A feature of one customer in words, its value, and what it adds to the log odds."""

    subject: str
    value: str
    contribution: float


class Example(NamedTuple):
    """One customer without a name: who it is, the probability, and the strongest factors."""

    who: str
    probability: float
    factors: list[Factor]


def strongest(explained: Explained, features: Sequence[CardFeature], count: int) -> pd.DataFrame:
    """The features with the largest mean absolute contribution, largest first.

    Columns: `place` (of the feature in the model), `feature`, `subject`, `mean_contribution`, `direction`.
    """
    strength = np.abs(explained.contributions[:, :-1]).mean(axis=0)
    places = np.argsort(-strength, kind="stable")[:count]
    return pd.DataFrame({
        "place": places,
        "feature": [features[place].name for place in places],
        "subject": [in_words(features[place]).subject for place in places],
        "mean_contribution": strength[places],
        "direction": [_direction(explained, place, features[place]) for place in places],
    })  # fmt: skip


def dependence(explained: Explained, place: int) -> pd.DataFrame:
    """Columns `value` and `contribution` of one feature, for at most MOST_POINTS rows with a known value.

    Values beyond the percentiles 1 and 99 are left out, so that a picture shows the others.
    """
    points = pd.DataFrame({"value": explained.rows[:, place], "contribution": explained.contributions[:, place]})
    low, high = points["value"].quantile([0.01, 0.99])
    inside = points[points["value"].between(low, high)].sort_values(["value", "contribution"], kind="stable")
    return inside.iloc[np.unique(np.linspace(0, max(len(inside) - 1, 0), MOST_POINTS).astype(int))[: len(inside)]]


def examples(explained: Explained, features: Sequence[CardFeature], threshold: float, count: int = 4) -> list[Example]:
    """The customer at the highest risk, the one closest to the threshold, and the one at the lowest risk."""
    probabilities = explained.probabilities
    chosen = {
        "The customer at the highest risk": int(np.argmax(probabilities)),
        "A customer just at the limit of an alarm": int(np.argmin(np.abs(probabilities - threshold))),
        "The customer at the lowest risk": int(np.argmin(probabilities)),
    }
    return [
        Example(who, float(probabilities[row]), _factors(explained, row, features, count))
        for who, row in chosen.items()
    ]


def _factors(explained: Explained, row: int, features: Sequence[CardFeature], count: int) -> list[Factor]:
    contributions = explained.contributions[row, :-1]
    return [
        Factor(
            in_words(features[place]).subject,
            value_in_words(features[place], explained.rows[row, place]),
            float(contributions[place]),
        )
        for place in np.argsort(-np.abs(contributions), kind="stable")[:count]
    ]


def _direction(explained: Explained, place: int, feature: CardFeature) -> str:
    """Whether a higher value raises or lowers the risk, or neither throughout."""
    points = pd.DataFrame({"value": explained.rows[:, place], "contribution": explained.contributions[:, place]})
    ranks = points.dropna().rank()
    varied = len(ranks) and (ranks.nunique() > 1).all()
    correlation = ranks["value"].corr(ranks["contribution"]) if varied and not feature.levels else 0.0
    if abs(correlation) < RISING:
        return "depends on the value"
    return "more means more risk" if correlation > 0 else "more means less risk"
