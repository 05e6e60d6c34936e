"""What training costs beside plain ways to do the same: `python -m tests.benchmarks.bench_training --share 1`.

The table goes to build/benchmarks/training.md. All rows are made up, and `--share` takes fewer of them. A small fit
warms Spark up before each measured one, except for the first of small data.

- Small data: the stage of `jobs/train.py` on 63,366 rows of 83 features, beside the plain fit of the same rows.
- Many fits: 27 sets of parameters on 5 folds of 20,000 rows, as `jobs/search.py` runs them. Spark's CrossValidator and
  scikit-learn's GridSearchCV do the same. Each way has one thread a fit and one fit a core. No fit stops early.
- One large fit: 1,000,000 rows of 60 features over two workers, beside XGBoost in one process with two threads. Its
  matrix lies in memory before. No fit stops early.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from xgboost import XGBClassifier
from xgboost.spark import SparkXGBClassifier

from churn_spark.behavior.definition import Declared
from churn_spark.features.tables import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.models import xgboost_trees
from churn_spark.models.candidate import Labelled
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.training.boosting import fit
from churn_spark.training.fitting import on_card, xgboost_parameters
from churn_spark.training.stage import model_features, train
from churn_spark.training.tables import TRAINING_SET
from churn_spark.tuning.data import Data
from churn_spark.tuning.executors import trial_runner
from churn_spark.tuning.folds import Fold, Places
from churn_spark.tuning.grids import every
from churn_spark.tuning.stage import WAVES
from churn_spark.tuning.trials import Bench, Trial, repeated

CONFIG = Path(__file__).parents[2] / "conf" / "local.yml"
REPORT = Path("build/benchmarks/training.md")
GRID: dict[str, list[Any]] = {"learning_rate": [0.05, 0.1, 0.2], "max_depth": [3, 5, 7], "trees": [50, 100, 200]}
CORES, FOLDS = 2, 5


class Measured(NamedTuple):
    """A row of the table: seconds of our way and of another one, and the goal in words."""

    what: str
    ours: float
    other: str
    seconds: float
    goal: str


def seconds(part: Callable[[], object]) -> float:
    started = time.perf_counter()
    part()
    return time.perf_counter() - started


def made_up(rows: int, features: int, seed: int = 7) -> Labelled:
    """Rows of which a twentieth churns, by ten of the features; a tenth of the values is unknown."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, features))
    hazard = values[:, :10].sum(axis=1) + rng.normal(0, 3, rows)
    values[rng.random(values.shape) < 0.1] = np.nan
    return Labelled(values, (hazard > np.quantile(hazard, 0.95)).astype(float))


def declared(number: int) -> list[Declared]:
    return [Declared(f"feature_{place}", "amount", "", "", since="v1.0") for place in range(number)]


def frame(lake: Lake, labelled: Labelled, names: list[str], parts: NDArray[np.int64], folder: Path) -> DataFrame:
    """The rows as Parquet files: features under these names, `churned`, and `part`."""
    table = pyarrow.table(
        {name: pyarrow.array(labelled.rows[:, place], from_pandas=True) for place, name in enumerate(names)}
        | {"churned": labelled.churned == 1, "part": parts}
    )
    lake.spark.createDataFrame(table).write.mode("overwrite").parquet(str(folder))
    return lake.spark.read.parquet(str(folder))


def many_fits(lake: Lake, rows: int, folder: Path) -> Iterator[Measured]:
    labelled, features = made_up(rows, 60), declared(60)
    names = [feature.name for feature in features]
    part = np.arange(rows) % FOLDS
    places = Places(np.zeros(rows, dtype=int), np.arange(rows), part, 0)
    folds = [Fold(str(number), part != number, part == number, part == number) for number in range(FOLDS)]
    bench = Bench(Data(labelled, places, tuple(map(on_card, features))), folds, 25, 0.98)
    tried = [Trial("xgboost", {**one, "early_stopping_rounds": 1000, "nthread": 1}, 0, 7) for one in every(GRID)]
    trials = [trial for one in tried for trial in repeated(one, folds)]
    at_once = WAVES * CORES
    waves = [trials[start : start + at_once] for start in range(0, len(trials), at_once)]
    run = trial_runner(lake.spark, bench)
    run(trials[:CORES])
    ours = seconds(lambda: list(map(run, waves)))
    what = f"{len(tried)} x {FOLDS} fits, {rows:,} rows"
    held = frame(lake, labelled, names, part, folder).withColumn("label", F.col("churned").cast("double")).cache()
    validator = of_spark(names)
    validator.getEstimator().fit(held.where("part = 0"))
    spark_way = seconds(lambda: validator.fit(held))
    held.unpersist()
    yield Measured(what, ours, "Spark's CrossValidator", spark_way, "at least 4 times faster")
    by_name = {"n_estimators" if name == "trees" else name: values for name, values in GRID.items()}
    search = GridSearchCV(
        XGBClassifier(**xgboost_trees.PARAMETERS, n_jobs=1), by_name, scoring="roc_auc", cv=PredefinedSplit(part),
        n_jobs=CORES, refit=False,
    )  # fmt: skip
    yield Measured(what, ours, "GridSearchCV", seconds(lambda: search.fit(labelled.rows, labelled.churned)), "stated")


def of_spark(names: list[str]) -> CrossValidator:
    """Spark's way to the same grid and folds, as many fits at once as cores."""
    own: dict[str, Any] = {name: value for name, value in xgboost_trees.PARAMETERS.items() if name not in GRID}
    estimator = SparkXGBClassifier(
        features_col=names, label_col="label", num_workers=1, verbosity=0, verbose=False, **own
    )
    grid = ParamGridBuilder()
    for name, values in GRID.items():
        grid = grid.addGrid(estimator.getParam("n_estimators" if name == "trees" else name), values)
    return CrossValidator(
        estimator=estimator, estimatorParamMaps=grid.build(), evaluator=BinaryClassificationEvaluator(),
        foldCol="part", numFolds=FOLDS, parallelism=CORES,
    )  # fmt: skip


def large_fit(lake: Lake, settings: Settings, rows: int, folder: Path) -> Iterator[Measured]:
    features = declared(60)
    training = settings.training.model_copy(update={"workers": CORES, "early_stopping_rounds": 1000, "trees": 200})
    labelled = made_up(rows, 60)
    watched = (np.arange(rows) % 5 == 0).astype(int)
    names = [feature.name for feature in features]
    split = F.when(F.col("part") == 1, "validation").otherwise("train")
    training_set = frame(lake, labelled, names, watched, folder).withColumn("split", split)
    fit(training_set.where("feature_0 > 2"), features, training.model_copy(update={"trees": 2}))
    ours = seconds(lambda: fit(training_set, features, training))
    parts = labelled.only(watched == 0), labelled.only(watched == 1)
    inputs, parameters = tuple(map(on_card, features)), xgboost_parameters(training)
    plain = seconds(lambda: xgboost_trees.fit(*parts, inputs, parameters, training.seed))
    yield Measured(f"one fit, {rows:,} rows", ours, "XGBoost in one process", plain, "at most 1.5 times as long")


def small_data(lake: Lake, settings: Settings, rows: int, folder: Path) -> Iterator[Measured]:
    lake.create(BEHAVIOR)
    names = [feature.name for feature in model_features(lake) if not feature.levels][:83]
    labelled, part = made_up(rows, len(names)), np.arange(rows) % 5
    wanted = frame(lake, labelled, names, part, folder).select(
        F.monotonically_increasing_id().cast("string").alias("user_id"),
        F.lit(datetime(2026, 3, 2, tzinfo=UTC)).alias("as_of"),
        F.lit("churn_def_v1").alias("label_version"),
        "churned",
        F.when(F.col("part") == 0, "validation").when(F.col("part") == 1, "holdout").otherwise("train").alias("split"),
        *names,
    )
    lake.replace(TRAINING_SET, wanted, made_from={"lookups": []})
    inputs = tuple(on_card(feature) for feature in model_features(lake) if feature.name in names)
    parts, training = (labelled.only(part > 1), labelled.only(part == 0)), settings.training
    plain = seconds(lambda: xgboost_trees.fit(*parts, inputs, xgboost_parameters(training), training.seed))
    for name, seed in (("first of the session", training.seed), ("second", training.seed + 1)):
        of_seed = settings.model_copy(update={"training": training.model_copy(update={"seed": seed})})
        ours = seconds(partial(train, lake, of_seed))
        yield Measured(
            f"stage train, {rows:,} rows, {name}", ours, "the plain fit", plain, f"at most {2 * plain + 3:.1f} s"
        )


def report(measured: list[Measured]) -> list[str]:
    return [
        "| what | seconds | beside | seconds | beside / ours | goal |",
        "| --- | ---: | --- | ---: | ---: | --- |",
        *(
            f"| {one.what} | {one.ours:.1f} | {one.other} | {one.seconds:.1f} | {one.seconds / one.ours:.2f} "
            f"| {one.goal} |"
            for one in measured
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the rows")
    share = parser.parse_args().share
    small, many, large = (int(rows * share) for rows in (63_366, 20_000, 1_000_000))
    with tempfile.TemporaryDirectory() as root:
        settings = load_settings(CONFIG, [f"lake.root={root}/lake", f"spark.master=local[{CORES}]"])
        lake = Lake(spark_session(settings), settings.lake)
        measured = []
        for one in chain(
            small_data(lake, settings, small, Path(root) / "small"),
            many_fits(lake, many, Path(root) / "many"),
            large_fit(lake, settings, large, Path(root) / "large"),
        ):
            measured.append(one)
            print(report(measured)[-1], flush=True)  # the whole takes a quarter of an hour
        lake.spark.stop()
    lines = report(measured)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
