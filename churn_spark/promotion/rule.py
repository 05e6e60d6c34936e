"""The rule by which a challenger becomes the champion, and what stands after a number of moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from churn_spark.settings.promotion import PromotionSettings


@dataclass(frozen=True)
class Comparison:
    """A challenger beside the champion on the same rows of the holdout.

    - `roc_auc`, `precision_high`: of the challenger; the precision is that of the levels HIGH and above, None if
      nobody is at them.
    - `gain`, `gain_low`, `gain_high`: the challenger's ROC-AUC less the champion's, with its 95 % interval. None if
      the champion cannot predict these rows.
    - `slices`: the gain in each slice of customers.
    """

    roc_auc: float
    precision_high: float | None
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    slices: Mapping[str, float] = field(default_factory=dict)


def objections(comparison: Comparison, rule: PromotionSettings) -> list[str]:
    """What speaks against the challenger, a sentence each; nothing if it is to be promoted."""
    found = []
    if comparison.roc_auc < rule.min_roc_auc:
        found.append(f"its ROC-AUC {comparison.roc_auc:.3f} is below promotion.min_roc_auc {rule.min_roc_auc:g}")
    if comparison.precision_high is not None and comparison.precision_high < rule.min_precision_high:
        found.append(
            f"its precision at HIGH and above, {comparison.precision_high:.3f}, is below promotion.min_precision_high "
            f"{rule.min_precision_high:g}"
        )
    if comparison.gain is not None and comparison.gain_low is not None:
        if comparison.gain < rule.min_gain or comparison.gain_low <= 0:
            found.append(f"it is not surely better than the champion: {gain_in_words(comparison)}")
        for name, gain in comparison.slices.items():
            if gain < -rule.max_slice_loss:
                found.append(f"its ROC-AUC is lower by {-gain:.3f} in the slice {name} (promotion.max_slice_loss)")
    return found


def gain_in_words(comparison: Comparison) -> str:
    """For example `ROC-AUC 0.812, +0.010 (-0.002 to +0.021)`."""
    if comparison.gain is None:
        return f"ROC-AUC {comparison.roc_auc:.3f}; the champion cannot predict these rows"
    interval = f"({comparison.gain_low:+.3f} to {comparison.gain_high:+.3f})"
    return f"ROC-AUC {comparison.roc_auc:.3f}, {comparison.gain:+.3f} {interval}"


def standing(moves: Iterable[tuple[str, str]]) -> tuple[list[str], set[str]]:
    """The champions that still count after these moves (action, version), oldest first, and those rolled back since.

    The last one that counts is in use, and the one before it is what a rollback goes back to.

    Example: 1 came first, 2 was promoted, 3 was promoted and rolled back. So [1, 2] count, and {3} is rolled back.
    """
    champions: list[str] = []
    out: set[str] = set()
    for action, version in moves:
        if action == "rolled_back":
            out.add(champions.pop())
        else:
            champions.append(version)
            out.discard(version)
    return champions, out
