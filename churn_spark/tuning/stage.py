"""The stages that compare candidates and search parameters, many fits at once on the executors."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.lake import Lake
from churn_spark.models.candidates import CANDIDATES
from churn_spark.session import tasks_at_once
from churn_spark.settings.all import Settings
from churn_spark.tracking import LogNested, log_summary, open_store, parent_run
from churn_spark.training.checks import check_columns, telling_of_arrays
from churn_spark.training.fitting import fingerprint, on_card, own_parameters
from churn_spark.training.stage import bucketed, model_features
from churn_spark.training.tables import SEARCHES, TRAINING_SET
from churn_spark.tuning.comparison import Run, in_markdown, table, trials_of, tuned
from churn_spark.tuning.data import fetch_data
from churn_spark.tuning.executors import trial_runner
from churn_spark.tuning.folds import Fold, folds
from churn_spark.tuning.grids import GRIDS, SPACES
from churn_spark.tuning.search import (
    Parameters,
    Search,
    Tried,
    Way,
    best,
    grid,
    learned,
    parameters_of,
    unsearched,
    why,
)
from churn_spark.tuning.tables import COMPARISONS, METRICS, TRIALS
from churn_spark.tuning.trials import Bench, Trial, repeated

WAVES = 4  # as many trials at once as four times the cores, so that no core waits long for the slowest trial
log = logging.getLogger(__name__)


def compare(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`gold.training_set` without its holdout -> `ops.comparisons`, a row for each candidate of each part.

    The holdout stays unseen, so that what is chosen here can be tested on it.
    """
    open_store(settings)
    bench, chosen = _bench(lake, settings), settings.tuning
    number, seed = len(bench.folds), settings.training.seed
    run = trial_runner(lake.spark, bench)
    kinds = chosen.candidates if "candidates" in chosen.parts else [settings.training.model]
    parameters = tuned(kinds, chosen.budget, number - 1, seed, run)
    tables = []
    with parent_run("compare", lake.run_id, settings) as log_nested:
        for part in chosen.parts:
            named = trials_of(part, settings.training.model, parameters, number, chosen, seed)
            results = run([trial for _, trial in named])
            tables.append(table(part, zip((name for name, _ in named), results, strict=True)))
            for row in tables[-1].to_dict("records"):
                metrics = {name: row[name] for name in METRICS if not np.isnan(row[name])}
                log_nested(f"{part}: {row['candidate']}", json.loads(row["parameters"]), metrics)
        compared = pd.concat(tables, ignore_index=True)
        of_all = compared.to_json(orient="records", indent=2)
        log_summary({}, {"comparison.json": of_all, "comparison.md": in_markdown(compared, chosen.protocol)})
    about = {"comparison": lake.run_id, "compared_at": datetime.now(UTC), "protocol": chosen.protocol}
    known = compared.astype(object).mask(compared.isna(), None)
    rows = [{**about, "place": place, **row} for place, row in enumerate(known.to_dict("records"), start=1)]
    lake.append(COMPARISONS, lake.spark.createDataFrame(rows, COMPARISONS.columns), f"compare {lake.run_id}", 0)
    return {"candidates": len(rows), "folds": number, "fits": int(compared["trials"].sum())}


def search(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The best parameters of `training.model` -> `ops.searches`; every set that was tried is in `ops.trials`.

    A search of the same rows and settings goes on where a killed one ended, and one that has ended tries nothing.
    """
    open_store(settings)
    kind, ways = settings.training.model, settings.tuning.search
    if not GRIDS.get(kind) or kind not in SPACES:
        raise UserError(f"training.model: {kind} has no parameters to search; set it to {', '.join(SPACES)}")
    bench = _bench(lake, settings)
    mark = _mark(lake, settings)
    lake.create(TRIALS)
    done = _done(lake, mark)
    at_once = max(1, WAVES * _cores(lake) // len(bench.folds))
    run = partial(_tried, trial_runner(lake.spark, bench), bench.folds, kind, settings.training.seed)
    with parent_run("search", mark, settings) as log_nested:
        told = partial(_told, lake, mark, kind, log_nested, list(done))
        state = Search(kind, settings.training.seed, at_once, done, run, told)
        by_way: dict[Way, list[Tried]] = {"settings": unsearched(state)}
        if "grid" in ways:
            by_way["grid"] = grid(state)
        if "optuna" in ways:
            by_way["optuna"] = learned(state, settings.tuning.trials)
        winner = best([one for tried in by_way.values() for one in tried])
        [own] = by_way["settings"]
        log_summary({"roc_auc": winner.roc_auc, "own_roc_auc": own.roc_auc}, {"why.txt": why(by_way)})
    row = (mark, datetime.now(UTC), kind, winner.way, json.dumps(winner.parameters), winner.roc_auc, own.roc_auc,
           why(by_way))  # fmt: skip
    lake.merge(SEARCHES, lake.spark.createDataFrame([row], SEARCHES.columns))
    log.warning("%s: %s; set training.parameters: searched to train with %s", kind, why(by_way),
                json.dumps(winner.parameters))  # fmt: skip
    return {"tries": sum(map(len, by_way.values())), "gone on with": len(done), "folds": len(bench.folds)}


def _bench(lake: Lake, settings: Settings) -> Bench:
    rows, features = lake.read(TRAINING_SET).where("split != 'holdout'"), model_features(lake)
    check_columns(rows, features)
    values = rows.count() * len(features)
    if values > settings.training.local_values:
        raise UserError(
            f"training.local_values: {values:,} values are more than the {settings.training.local_values:,} of one "
            "process, and each trial takes them all; raise it, or compare on fewer as_of (features.step_days)"
        )
    unknown = set(settings.tuning.candidates) - CANDIDATES.keys()
    if unknown:
        raise UserError(f"tuning.candidates: no kind of model is named {', '.join(sorted(unknown))}")
    ahead = settings.labels.gap_days + settings.labels.horizon_days
    data = fetch_data(bucketed(lake, rows, settings), features, tuple(map(on_card, features)), ahead)
    telling_of_arrays(features, data.labelled.rows)
    chosen = settings.tuning
    share = settings.training.validation_share
    made = folds(chosen.protocol, data.places, data.labelled.churned, chosen.folds, share)
    if len(made) < chosen.folds:
        log.warning(
            "tuning.folds: %d of %d folds, because the logs hold no more as_of that lie %d days after others",
            len(made), chosen.folds, ahead,
        )  # fmt: skip
    one_thread = own_parameters(settings.training.model_copy(update={"workers": 1}))
    return Bench(
        data, made, chosen.selected_features, chosen.max_correlation, settings.training.half_life_days, one_thread
    )


def _cores(lake: Lake) -> int:
    return tasks_at_once(lake.spark) or 1


def _tried(
    run: Run, folds: Sequence[Fold], kind: str, seed: int, way: Way, numbered: Sequence[tuple[int, Parameters]]
) -> list[Tried]:
    """The sets of parameters, each on all folds, at once."""
    trials = [trial for _, one in numbered for trial in repeated(Trial(kind, one, 0, seed), folds)]
    results = pd.DataFrame([result.metrics for result in run(trials)])
    places = pd.Series(range(len(results))) // len(folds)
    grouped = results[["roc_auc", "train_seconds"]].astype(float).groupby(places.to_numpy())
    means, spread = grouped.mean(), grouped["roc_auc"].std(ddof=0)
    return [
        Tried(way, number, parameters, float(means["roc_auc"][place]), float(spread[place]),
              float(means["train_seconds"][place]))
        for place, (number, parameters) in enumerate(numbered)
    ]  # fmt: skip


def _told(lake: Lake, mark: str, kind: str, log_nested: LogNested, so_far: list[Tried], wave: Sequence[Tried]) -> None:
    """Keep a wave, and show the best so far."""
    now = datetime.now(UTC)
    rows = [(mark, one.way, one.number, kind, json.dumps(one.parameters), *one[3:], now) for one in wave]
    frame = lake.spark.createDataFrame(rows, TRIALS.columns)
    lake.append(TRIALS, frame, f"search {mark} {wave[0].way}", wave[0].number)
    for one in wave:
        metrics: dict[str, Any] = dict(zip(Tried._fields[3:], one[3:], strict=True))
        log_nested(f"{one.way} {one.number}", one.parameters, metrics)
    so_far.extend(wave)
    top = best(so_far)
    print(f"\n  {len(so_far)} tried; best so far ROC-AUC {top.roc_auc:.4f} with {json.dumps(top.parameters)}", end="")


def _mark(lake: Lake, settings: Settings) -> str:
    """A hash of the rows, the folds and the kind of model that a search is for."""
    text = fingerprint(lake.read(TRAINING_SET), settings) + settings.tuning.protocol + str(settings.tuning.folds)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _done(lake: Lake, mark: str) -> list[Tried]:
    rows = lake.read(TRIALS).where(F.col("search") == mark).collect()
    return [
        Tried(row["way"], row["number"], parameters_of(row["parameters"]), row["roc_auc"], row["roc_auc_std"],
              row["train_seconds"])
        for row in rows
    ]  # fmt: skip


def newest_comparison(lake: Lake) -> pd.DataFrame:
    """The rows of the newest comparison, in their order. Raises DataRefused if there is none yet."""
    rows = lake.read(COMPARISONS)
    newest = rows.agg(F.max("compared_at")).collect()[0][0]
    if newest is None:
        raise DataRefused(f"{COMPARISONS.name}: holds no rows yet; run jobs/compare.py first")
    return rows.where(F.col("compared_at") == newest).toPandas().sort_values("place", ignore_index=True)
