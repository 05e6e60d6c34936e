"""The report of a training run as one HTML page that needs nothing else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from churn_spark.evaluation.charts import (
    calibration_chart,
    dependence_charts,
    gain_chart,
    learning_chart,
    money_chart,
    threshold_chart,
)
from churn_spark.evaluation.curves import by_decile, reliability
from churn_spark.evaluation.errors import group_in_words, typical_errors
from churn_spark.evaluation.explanation import dependence, examples, strongest
from churn_spark.evaluation.metrics import LEVELS, confusion
from churn_spark.evaluation.money import Money, money_curve
from churn_spark.evaluation.pictures import of_hundred
from churn_spark.evaluation.risk import LOWEST, RISK_LEVELS
from churn_spark.evaluation.run import TrainingRun
from churn_spark.evaluation.slices import slice_table
from churn_spark.evaluation.words import number, percent

IN_PICTURE, IN_TABLE, WITH_CURVE = 10, 20, 5  # of the strongest features
HARDLY = 0.01  # ROC-AUC that half of the customers are worth less than this: more of them hardly help
VERDICTS = ((0.9, "very well"), (0.8, "well"), (0.7, "fairly well"), (0.6, "weakly"))

Parts = dict[str, Any]


def report_page(run: TrainingRun) -> str:
    """The page, the same for the same run; see `TrainingRun` for what it is made from.

    It is one text of less than 3 MB, with its styles and pictures inside. Customers are in it without their IDs.
    """
    environment = Environment(
        loader=PackageLoader("churn_spark.evaluation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"percent": percent, "number": number, "pairs": _pairs, "figure": _figure}
    deciles = by_decile(run.holdout.churned, run.scores)
    parts = _goodness(run, deciles) | _sureness(run) | _drivers(run) | _money(run, run.money) | _errors(run)
    return environment.get_template("report.html").render(run=run, card=run.card, deciles=_lines(deciles), **parts)


def _goodness(run: TrainingRun, deciles: pd.DataFrame) -> Parts:
    """How many are found, and whether the probabilities can be believed."""
    found = confusion(run.counts, run.card.threshold)
    churned, scores = run.holdout.churned, run.scores
    after, before = reliability(churned, scores), reliability(churned, run.uncalibrated)
    roc_auc = run.card.metrics["roc_auc"] or 0.5
    alarms, leavers = found.hits + found.false_alarms, found.hits + found.misses
    hit_rate = found.hits / alarms if alarms else None
    usual = float(churned.mean())
    return {
        "found": found,
        "alarms": alarms,
        "leavers": leavers,
        "customers": len(churned),
        "usual": usual,
        "hit_rate": hit_rate,
        "verdict": next((word for bound, word in VERDICTS if roc_auc >= bound), "hardly better than guessing"),
        "best_tenth": deciles.iloc[0].to_dict(),
        "gain": gain_chart(deciles),
        "of_alarmed": of_hundred(f"{percent(hit_rate or 0)} of customers with an alarm left.", hit_rate or 0),
        "of_all": of_hundred(f"{percent(usual)} of all customers left.", usual),
        "mean_probability": float(scores.mean()),
        "calibration": calibration_chart(after),
        "both_calibrations": calibration_chart(after, before if run.card.calibration else None),
        "reliability": {"after": _lines(after), "before": _lines(before) if run.card.calibration else []},
        "levels": _levels(churned, scores),
    }


def _sureness(run: TrainingRun) -> Parts:
    """Parts of the customers, days of warning, and what more customers would bring."""
    return {
        "slices": _lines(slice_table(run.holdout, run.scores, run.card.features, run.seed)),
        "warning": [] if run.warning is None else _lines(run.warning),
        "learning": [] if run.learning is None else _lines(run.learning),
        **_learned(run.learning),
    }


def _learned(learning: pd.DataFrame | None) -> Parts:
    """The curve, and a sentence on it if the last two points are known."""
    known = pd.DataFrame() if learning is None else learning.dropna(subset=["roc_auc"])
    if len(known) < 2:
        return {"learning_picture": None, "more_helps": None}
    gained = known["roc_auc"].iloc[-1] - known["roc_auc"].iloc[-2]
    return {"learning_picture": learning_chart(known), "more_helps": bool(gained >= HARDLY)}


def _drivers(run: TrainingRun) -> Parts:
    """The strongest features, what their values do, and three customers."""
    if run.explained is None:
        return {"drivers": [], "curves": [], "examples": []}
    drivers = strongest(run.explained, run.card.features, IN_TABLE)
    drivers["width"] = 100 * drivers["mean_contribution"] / max(drivers["mean_contribution"].max(), 1e-12)
    tables = [
        (dependence(run.explained, place), run.card.features[place], subject)
        for place, subject in zip(drivers["place"][:WITH_CURVE], drivers["subject"][:WITH_CURVE], strict=True)
    ]
    return {
        "drivers": _lines(drivers),
        "in_picture": IN_PICTURE,
        "curves": dependence_charts(tables),
        "examples": examples(run.explained, run.card.features, run.card.threshold),
    }


def _money(run: TrainingRun, money: Money | None) -> Parts:
    """What offers to the customers with an alarm cost and bring, per 1,000 customers."""
    if money is None:
        return {"money": None}
    curve = money_curve(run.counts, money.kept_value, money.offer_cost, money.success_rate)
    rows = len(run.holdout.churned)
    at_alarms = curve[curve["threshold"] >= run.card.threshold].iloc[-1]
    thousand = 1000 / rows
    best, everybody = curve.loc[curve["net"].idxmax()], curve.iloc[-1]
    return {
        "money": money,
        "net": thousand * at_alarms["net"],
        "offers": thousand * at_alarms["offers"],
        "cost": thousand * at_alarms["offers"] * money.offer_cost,
        "kept": thousand * at_alarms["leavers"] * money.success_rate,
        "net_of_everybody": thousand * everybody["net"],
        "net_of_best": thousand * best["net"],
        "best_share": best["offers"] / rows,
        "best_threshold": best["threshold"],
        "money_picture": money_chart(
            curve, rows, (at_alarms["offers"] / rows, thousand * at_alarms["net"]), money.currency
        ),
        "threshold_picture": threshold_chart(curve, rows, run.card.threshold, money.currency),
        "thresholds": _lines(curve.iloc[np.unique(np.linspace(0, len(curve) - 1, 10).astype(int))]),
    }


def _errors(run: TrainingRun) -> Parts:
    """Sentences on groups who are typically judged wrong."""
    features, left = run.card.features, run.holdout.churned == 1
    said = {
        "false_alarms": (run.alarmed, ~left, "customers with an alarm", "stayed"),
        "missed": (~run.alarmed, left, "customers without an alarm", "left"),
    }
    return {
        name: [
            group_in_words(group, features, who, outcome)
            for group in typical_errors(run.holdout.rows[chosen], wrong[chosen], features, run.seed)
        ]
        for name, (chosen, wrong, who, outcome) in said.items()
    }


def _levels(churned: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> Sequence[Parts]:
    """Size and churn rate of each risk level, highest first."""
    level = np.select([scores > above for _, above in RISK_LEVELS], [name for name, _ in RISK_LEVELS], LOWEST)
    bounds = [*(f"above {percent(above)}" for _, above in RISK_LEVELS), f"{percent(RISK_LEVELS[-1][1])} or less"]
    return [
        {
            "name": name.capitalize(),
            "bound": bound,
            "rows": int((level == name).sum()),
            "churn_rate": float(churned[level == name].mean()) if (level == name).any() else None,
        }
        for name, bound in zip(LEVELS, bounds, strict=True)
    ]


def _lines(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a table; None for what is unknown."""
    lines = table.to_dict("records")
    return [{name: None if pd.isna(value) else value for name, value in line.items()} for line in lines]


def _pairs(roc_auc: float) -> str:
    """A ROC-AUC as the pairs of 100 in which the customer who left has the higher score."""
    return f"{100 * roc_auc:.0f}"


def _figure(value: float | None, digits: int = 3) -> str:
    """A figure of the tables for specialists; a dash where it is unknown."""
    return "\u2013" if value is None else f"{value:,.{digits}f}"
