"""The pictures of a run's report."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from markupsafe import Markup

from churn_spark.evaluation.pictures import Axis, Line, Mark, around, chart
from churn_spark.evaluation.words import named_values, number, percent, value_alone
from churn_spark.model_card import CardFeature


def _whole_percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def gain_chart(deciles: pd.DataFrame) -> Markup:
    """Which share of the leaving customers is among the share contacted."""
    points = [(0.0, 0.0), *zip(deciles["contacted"], deciles["gain"], strict=True)]
    fifth = points[2]
    return chart(
        f"Curve: the {percent(fifth[0])} of customers at the highest risk hold {percent(fifth[1])} of those who left.",
        Axis("Customers contacted, highest risk first", 0, 1, _whole_percent),
        Axis("Leavers reached", 0, 1, _whole_percent),
        [Line("chosen by the model", points), Line("chosen by chance", [(0, 0), (1, 1)], "guide")],
        marks=[Mark(f"{percent(fifth[0])} reach {percent(fifth[1])}", *fifth)],
    )


def calibration_chart(after: pd.DataFrame, before: pd.DataFrame | None = None) -> Markup:
    """What the model said against what happened; the table before calibration is added where given."""
    tables = [after] if before is None else [after, before]
    high = max(float(table[["mean_probability", "churn_rate"]].to_numpy().max()) for table in tables) * 1.05
    points = [list(zip(table["mean_probability"], table["churn_rate"], strict=True)) for table in tables]
    lines = [Line("the model" if before is None else "after calibration", points[0])]
    lines += [Line("before calibration", others, "second") for others in points[1:]]
    return chart(
        "Curve of the share that left over the probability that the model gave, beside the line of a perfect match.",
        Axis("The model said", 0, high, percent),
        Axis("So many left", 0, high, percent),
        [*lines, Line("perfect match", [(0, 0), (high, high)], "guide")],
        dots=points[0],
    )


def money_chart(curve: pd.DataFrame, customers: int, used: tuple[float, float], currency: str) -> Markup:
    """The gain per 1,000 customers over the share that gets an offer; `used` is the point of the threshold in use."""
    shown = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, 200).astype(int))]
    points = [(0.0, 0.0), *zip(shown["offers"] / customers, 1000 * shown["net"] / customers, strict=True)]
    best = max(points, key=lambda point: point[1])
    if best[1] > 0:  # offers to nearly all cost so much that the part that pays could not be seen
        points = [(share, gain) for share, gain in points if gain >= -best[1] or share <= used[0]]
    low, high = around((gain for _, gain in points), 0)
    room, last = 0.08 * (high - low), points[-1][0]
    return chart(
        f"Curve of the gain over the share of customers with an offer. It is highest at {percent(best[0])}.",
        Axis("Customers with an offer, highest risk first", 0, last, percent),
        Axis(f"{currency} per 1,000 customers", low - room, high + room, number),
        [Line("gain", points), Line("no offers", [(0, 0), (last, 0)], "guide")],
        marks=[Mark("customers with an alarm", *used)],
    )


def threshold_chart(curve: pd.DataFrame, customers: int, threshold: float, currency: str) -> Markup:
    """The same gain over the threshold."""
    shown = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, 200).astype(int))].iloc[::-1]
    points = list(zip(shown["threshold"], 1000 * shown["net"] / customers, strict=True))
    low, high = around((gain for _, gain in points), 0)
    return chart(
        f"Curve of the net value over the threshold; {threshold:.2f} is in use.",
        Axis("Threshold", 0, 1, number),
        Axis(f"{currency} per 1,000 customers", low, high, number),
        [Line("net value", points), Line("threshold in use", [(threshold, low), (threshold, high)], "guide")],
    )


def learning_chart(learning: pd.DataFrame) -> Markup:
    """How many of 100 pairs are ranked rightly after learning from so many customers."""
    known = learning.dropna(subset=["roc_auc"])
    points = list(zip(known["customers"], 100 * known["roc_auc"], strict=True))
    low, high = around(100 * known[["roc_auc_low", "roc_auc_high"]].to_numpy().ravel())
    return chart(
        "Curve of the pairs ranked rightly over the number of customers that the model learned from.",
        Axis("Customers that the model learned from", 0, max(known["customers"]), number),
        Axis("Right pairs of 100", low, high, number),
        [
            Line("the model", points),
            Line("range by chance", list(zip(known["customers"], 100 * known["roc_auc_low"], strict=True)), "guide"),
            Line("", list(zip(known["customers"], 100 * known["roc_auc_high"], strict=True)), "guide"),
        ],
        dots=points,
    )


def dependence_chart(points: pd.DataFrame, feature: CardFeature, subject: str) -> Markup:
    """What each value of a feature adds to the risk; one dot per customer. Values with names stand on the left."""
    alt = f"Dots: what the value of “{subject}” adds to the risk."
    low, high = around(points["contribution"], 0)
    risk = Axis("Adds to the risk", low, high, lambda value: f"{value:+.2g}" if value else "0")
    dots = list(zip(points["value"], points["contribution"], strict=True))
    if names := named_values(feature):
        last = len(names) - 0.5
        values = Axis("", -0.5, last, partial(value_alone, feature), range(len(names)))
        return chart(alt, risk, values, [Line("", [(0, -0.5), (0, last)], "guide")], [(b, a) for a, b in dots])
    first, last = around(points["value"])
    apart = 0.02 * (last - first)
    values = Axis("Value", first - apart, last + apart, partial(value_alone, feature))
    return chart(alt, values, risk, [Line("", [(first - apart, 0), (last + apart, 0)], "guide")], dots)


def dependence_charts(tables: Sequence[tuple[pd.DataFrame, CardFeature, str]]) -> list[tuple[str, Markup]]:
    """The subject and the picture of each feature that has a known value."""
    return [(subject, dependence_chart(points, feature, subject)) for points, feature, subject in tables if len(points)]
