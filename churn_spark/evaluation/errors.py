"""Groups of customers whom the model typically judges wrong, found as rules on one or two features.

1. The customers are cut into two halves by chance.
2. One half proposes the rule whose customers are judged wrong most strikingly.
3. The other half decides: the rule is kept if its share of errors there cannot be chance.
4. The customers of a kept rule are set aside, and the search goes on.

So no rule is kept because it was looked for long enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from churn_spark.evaluation.words import in_words, named_values, percent, value_in_words
from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Rows

MOST_GROUPS = 3
MOST_ROWS = 5_000  # in the half that proposes
FIRST_CONDITIONS = 10  # so many are tried with each other condition
FEWEST_ROWS = 20
STRIKING = 1.5  # odds of an error in the group over the usual odds
CHANCE = 0.01 / MOST_GROUPS

Chosen = NDArray[np.bool_]


class Condition(NamedTuple):
    """What the value of the feature at `place` is."""

    place: int
    kind: Literal["at most", "more than", "is", "unknown"]
    value: float = 0

    def holds(self, rows: Rows) -> Chosen:
        """Whether each row meets the condition."""
        values = rows[:, self.place]
        compared: dict[str, Chosen] = {
            "at most": values <= self.value,
            "more than": values > self.value,
            "is": values == self.value,
            "unknown": np.isnan(values),
        }
        return compared[self.kind]


@dataclass(frozen=True)
class Group:
    """Customers who meet all conditions: how many the deciding half holds, and the share judged wrong among them.

    `usual`: the share judged wrong of all customers in that half.
    """

    conditions: tuple[Condition, ...]
    rows: int
    share: float
    usual: float


def typical_errors(rows: Rows, wrong: Chosen, features: Sequence[CardFeature], seed: int) -> list[Group]:
    """Up to MOST_GROUPS groups with strikingly many errors; empty if no group stands out.

    `rows`: all customers with an alarm, or all without one. `wrong`: whether the model was wrong about each.
    """
    shuffled = np.random.default_rng(seed).permutation(len(rows))
    proposing, deciding = shuffled[: len(rows) // 2][:MOST_ROWS], shuffled[len(rows) // 2 :]
    groups: list[Group] = []
    if min(len(proposing), len(deciding)) < FEWEST_ROWS:
        return groups
    usual = float(wrong[deciding].mean())
    while len(groups) < MOST_GROUPS:
        rule = _proposed(rows[proposing], wrong[proposing], features)
        inside = meets(rule, rows[deciding])
        if not rule or not _stands_out(wrong[deciding][inside], usual):
            return groups
        groups.append(Group(rule, int(inside.sum()), float(wrong[deciding][inside].mean()), usual))
        proposing, deciding = proposing[~meets(rule, rows[proposing])], deciding[~inside]
    return groups


def meets(conditions: Sequence[Condition], rows: Rows) -> Chosen:
    """Whether each row meets all conditions."""
    return np.logical_and.reduce([np.ones(len(rows), bool), *(condition.holds(rows) for condition in conditions)])


def group_in_words(group: Group, features: Sequence[CardFeature], who: str, outcome: str) -> str:
    """A sentence about the group.

    Example: `who` "customers with an alarm" and `outcome` "stayed" give "Of 120 customers with an alarm and with
    “Sessions begun, last 7 days” at most 2, 64 % stayed; usually 20 %."
    """
    conditions = " and ".join(_in_words(condition, features[condition.place]) for condition in group.conditions)
    return (
        f"Of {group.rows:,} {who} and with {conditions}, {percent(group.share)} {outcome}; "
        f"usually {percent(group.usual)}."
    )


def _in_words(condition: Condition, feature: CardFeature) -> str:
    words, bound = in_words(feature), value_in_words(feature, condition.value)
    if condition.kind == "unknown":
        return f"“{words.subject}” unknown"
    return f"“{words.subject}”{':' if condition.kind == 'is' else f' {condition.kind}'} {bound}"


def _proposed(rows: Rows, wrong: Chosen, features: Sequence[CardFeature]) -> tuple[Condition, ...]:
    """The rule of one or two conditions whose errors are the furthest above the usual; empty if none is above it."""
    conditions = _conditions(rows, features)
    if not conditions or wrong.all() or not wrong.any():
        return ()
    met = np.column_stack([condition.holds(rows) for condition in conditions]).astype(np.float32)
    singles = _surprise(met.sum(axis=0), wrong @ met, float(wrong.mean()))
    best: tuple[float, tuple[Condition, ...]] = (0.0, ())
    for first in np.argsort(-singles, kind="stable")[:FIRST_CONDITIONS]:
        both = met[:, [first]] * met
        pairs = _surprise(both.sum(axis=0), wrong @ both, float(wrong.mean()))
        same = [condition.place == conditions[first].place for condition in conditions]
        second = int(np.argmax(np.where(same, -np.inf, pairs)))
        # A second condition must add more than the choice among many conditions does by chance.
        pair = (pairs[second] - 1, (conditions[first], conditions[second]))
        best = max(best, (singles[first], (conditions[first],)), pair, key=lambda rule: rule[0])
    return best[1]


def _conditions(rows: Rows, features: Sequence[CardFeature]) -> list[Condition]:
    """The conditions that some rows meet: levels, bounds at the fifths in rounded numbers, and unknown values."""
    found = []
    for place, feature in enumerate(features):
        values = rows[:, place]
        known = values[~np.isnan(values)]
        if len(known) < len(values):
            found.append(Condition(place, "unknown"))
        if names := named_values(feature):
            found += [Condition(place, "is", float(code)) for code in range(len(names))]
        elif len(known):
            bounds = {float(f"{bound:.2g}") for bound in np.quantile(known, [0, 0.2, 0.4, 0.6, 0.8])}
            found += [Condition(place, kind, bound) for bound in sorted(bounds) for kind in ("at most", "more than")]
    return found


def _surprise(rows: NDArray[np.float32], errors: NDArray[np.float32], usual: float) -> NDArray[np.float64]:
    """By how many standard deviations the errors are above the usual; 0 for too few rows."""
    expected = rows * usual
    return np.where(rows >= FEWEST_ROWS, (errors - expected) / np.sqrt(np.maximum(expected * (1 - usual), 1e-9)), 0.0)


def _stands_out(wrong: Chosen, usual: float) -> bool:
    """Whether the errors of a group are strikingly many, and more than chance makes."""
    share = float(wrong.mean()) if len(wrong) else 0.0
    striking = share * (1 - usual) >= STRIKING * usual * (1 - share)
    return (
        len(wrong) >= FEWEST_ROWS
        and striking
        and binomtest(int(wrong.sum()), len(wrong), usual, "greater").pvalue < CHANCE
    )
