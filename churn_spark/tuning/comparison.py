"""What is compared in each part, and the table of it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import pandas as pd

from churn_spark.model_card import XGBOOST
from churn_spark.settings.tuning import Part, TuningSettings
from churn_spark.training.retraining import METHODS as METHODS_OF_RETRAINING
from churn_spark.tuning.grids import GRIDS, drawn
from churn_spark.tuning.imbalance import METHODS
from churn_spark.tuning.selection import CHOICES, agreement
from churn_spark.tuning.tables import METRICS
from churn_spark.tuning.trials import Result, Retraining, Trial

SHARES = (0.125, 0.25, 0.5, 1.0)
SEEDS = 10
WAYS: tuple[Retraining, ...] = ("kept", *METHODS_OF_RETRAINING)
IN_ORDER = ("stability", "learning_curve", "retraining")  # the parts whose rows stay in the order of the trials
SHOWN = {
    "roc_auc": "ROC-AUC", "roc_auc_std": "+-", "pr_auc": "PR-AUC", "f1": "F1", "brier": "Brier",
    "calibrated_brier": "calibrated", "balanced_accuracy": "bal. acc.", "false_positive_rate": "FPR",
    "train_seconds": "fit s", "microseconds_a_row": "us/row", "stability": "stability",
}  # fmt: skip
Named = tuple[str, Trial]
Run = Callable[[Sequence[Trial]], Sequence[Result]]


def tuned(kinds: Sequence[str], budget: int, fold: int, seed: int, run: Run) -> dict[str, Mapping[str, object]]:
    """Of each kind, the best of `budget` sets of parameters by ROC-AUC on the validation rows of one fold."""
    tried = [Trial(kind, parameters, fold, seed) for kind in kinds for parameters in drawn(GRIDS[kind], budget, seed)]
    results = sorted(run(tried), key=lambda result: kinds.index(result.trial.kind))
    return {
        kind: max(of_kind, key=lambda result: result.validation_roc_auc).trial.parameters
        for kind, of_kind in groupby(results, key=lambda result: result.trial.kind)
    }


def trials_of(
    part: Part, kind: str, best: Mapping[str, Mapping[str, object]], folds: int, settings: TuningSettings, seed: int
) -> list[Named]:
    """The trials of a part by the name of what is compared; `best`: the parameters of each kind that was tuned."""
    kind = XGBOOST if part == "retraining" else kind  # all ways go on with its models
    base = Trial(kind, best.get(kind, {}), 0, seed)
    newest = replace(base, fold=folds - 1)
    if part == "candidates":
        named = [(name, replace(base, kind=name, parameters=parameters)) for name, parameters in best.items()]
    elif part == "imbalance":
        named = [(method, replace(base, imbalance=method)) for method in METHODS]
    elif part == "selection":
        named = [(choice, replace(base, choice=choice)) for choice in CHOICES]
    elif part == "retraining":
        ways = [replace(base, retraining=way, fold=fold) for fold in range(folds) for way in WAYS]
        return [(f"{trial.retraining}, fold {trial.fold + 1}", trial) for trial in ways]
    elif part == "learning_curve":
        named = [(f"{share:.1%} of the customers", replace(base, share=share)) for share in SHARES]
    else:
        seeds = [(f"{SEEDS} seeds", replace(newest, seed=seed + number)) for number in range(SEEDS)]
        return [*seeds, *((f"{folds} folds", replace(base, fold=fold)) for fold in range(folds))]
    return [(name, replace(trial, fold=fold)) for name, trial in named for fold in range(folds)]


def table(part: Part, named: Iterable[tuple[str, Result]]) -> pd.DataFrame:
    """One row for each name, its metrics as means over its results, in the order of the best ROC-AUC."""
    rows = []
    for name, results in _by_name(named).items():
        metrics = pd.DataFrame([result.metrics for result in results]).reindex(columns=list(METRICS)).astype(float)
        roc_auc = metrics["roc_auc"]
        chosen = [frozenset(result.features) for result in results if result.features]
        rows.append({
            "part": part,
            "candidate": name,
            "parameters": json.dumps(results[0].trial.parameters),
            "trials": len(results),
            "roc_auc_std": float(roc_auc.std(ddof=0)),
            "roc_auc_min": float(roc_auc.min()),
            "roc_auc_max": float(roc_auc.max()),
            "stability": float(1 - roc_auc.std(ddof=0) / roc_auc.mean()),
            "agreement": agreement(chosen) if chosen else np.nan,
            **metrics.mean().to_dict(),
        })  # fmt: skip
    ordered = pd.DataFrame(rows)
    return ordered if part in IN_ORDER else ordered.sort_values("roc_auc", ascending=False)


def in_markdown(compared: pd.DataFrame, protocol: str) -> str:
    """The main metrics as Markdown, a table for each part; the title says what the protocol is good for."""
    lines = [f"# Protocol {protocol}" + (" (for comparison only)" if protocol == "retrospective" else "")]
    for part, of_part in compared.groupby("part", sort=False):
        values = of_part[[*SHOWN]].astype(float).map(lambda value: f"{value:.4f}" if np.isfinite(value) else "-")
        values.insert(0, "candidate", of_part["candidate"])
        rows = [[str(part), *SHOWN.values()], *values.to_numpy().tolist()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rows.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
        lines.append("")
        for first, *others in rows:
            cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _by_name(named: Iterable[tuple[str, Result]]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for name, result in named:
        found.setdefault(name, []).append(result)
    return found
