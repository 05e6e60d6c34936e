"""How near the default model comes to the log ceiling: `python -m tests.benchmarks.bench_ceiling --users 20000`.

Simulated logs of 60 days become a training set. Five seeds of the default model, the oracle and the particle filter
foresee the same customers of the holdout. The table goes to build/benchmarks/ceiling.md. The interval of the mean over
seeds is Student's; that of the customers comes from a bootstrap of the holdout.
"""

import argparse
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

from churn_spark.features.encoding import model_inputs
from churn_spark.features.stage import built_tables, features
from churn_spark.identity.stage import identity
from churn_spark.ingest.stage import ingest
from churn_spark.labels.stage import labels
from churn_spark.lake import Lake
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.simulate.stage import simulate
from churn_spark.training.boosting import fit
from churn_spark.training.prediction import churn_probability
from churn_spark.training.stage import benchmark_scores, training_set
from churn_spark.training.tables import TRAINING_SET

CONFIG = Path(__file__).parents[2] / "conf" / "local.yml"
REPORT = Path("build/benchmarks/ceiling.md")
BEST = ("oracle", "log_ceiling")
SEEDS = range(1, 6)
RESAMPLES = 1000


def of_seeds(lake: Lake, settings: Settings) -> pd.DataFrame:
    """Probabilities of the holdout: `user_id` and a column per seed."""
    rows, known = lake.read(TRAINING_SET), list(chain.from_iterable(built_tables(lake).values()))
    holdout = rows.where("split = 'holdout'")
    scores = holdout.select("user_id").toPandas()
    for seed in SEEDS:
        booster = fit(rows, known, settings.training.model_copy(update={"seed": seed}))
        probability = churn_probability(booster, model_inputs(known)).alias(f"seed {seed}")
        scores = scores.merge(holdout.select("user_id", probability).toPandas(), on="user_id")
    return scores


def bootstrap(foreseen: pd.DataFrame, seeds: list[str]) -> tuple[float, float]:
    """95 % interval of the mean model's share of the ceiling over customers drawn again."""
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(RESAMPLES):
        drawn = foreseen.iloc[rng.integers(len(foreseen), size=len(foreseen))]
        of_models = [roc_auc_score(drawn["churned"], drawn[seed]) for seed in seeds]
        shares.append(np.mean(of_models) / roc_auc_score(drawn["churned"], drawn["log_ceiling"]))
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def report(foreseen: pd.DataFrame, seeds: list[str], filter_seconds: float) -> list[str]:
    oracle, ceiling, *models = (roc_auc_score(foreseen["churned"], foreseen[name]) for name in (*BEST, *seeds))
    mean, half = np.mean(models), stats.t.ppf(0.975, len(seeds) - 1) * np.std(models, ddof=1) / np.sqrt(len(seeds))
    low, high = bootstrap(foreseen, seeds)
    return [
        f"# Log ceiling, {len(foreseen):,} customers, {int(foreseen['churned'].sum())} churned",
        "",
        "| who foresees | ROC-AUC | 95 % interval |",
        "| --- | --- | --- |",
        f"| oracle | {oracle:.4f} | |",
        f"| particle filter, {filter_seconds:.0f} s of CPU | {ceiling:.4f} | |",
        f"| default model, mean of {len(seeds)} seeds | {mean:.4f} | seeds: +-{half:.4f} |",
        f"| its share of the filter's | {mean / ceiling:.4f} | customers: {low:.4f} to {high:.4f} |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--lake", type=Path, help="a lake with gold.training_set; made where it has none")
    arguments = parser.parse_args()
    root = arguments.lake or Path(f"build/benchmarks/ceiling-{arguments.users}")
    sizes = [f"simulate.users={arguments.users}", "simulate.days=60", "training.benchmark_customers=1000000"]
    settings = load_settings(CONFIG, [*sizes, f"lake.root={root}"])
    lake = Lake(spark_session(settings), settings.lake)
    if not lake.exists(TRAINING_SET):
        for stage in (simulate, ingest, identity, features, labels, training_set):
            stage(lake, settings)
    started = time.process_time()
    best = benchmark_scores(lake, lake.read(TRAINING_SET), settings)
    filter_seconds = time.process_time() - started
    assert best is not None
    models = of_seeds(lake, settings)
    lines = report(best.merge(models, on="user_id"), list(models.columns.drop("user_id")), filter_seconds)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    lake.spark.stop()


if __name__ == "__main__":
    main()
