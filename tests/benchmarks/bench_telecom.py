"""How well the default model tells customers apart on a telecom file: `python -m tests.benchmarks.bench_telecom FILE`.

FILE is in the layout of the public IBM Telco churn file. Each of five seeds splits the customers anew and trains anew.
Prints the ROC-AUC of each, their mean and its 95 % interval.
"""

import shutil
import statistics
import sys

from churn_spark.features.stage import customer_features
from churn_spark.labels.stage import customer_labels
from churn_spark.lake import Lake
from churn_spark.session import spark_session
from churn_spark.settings.reading import load_settings
from churn_spark.sources.stage import sources
from churn_spark.training.fitting import train_model
from churn_spark.training.stage import customer_training_set, model_features
from churn_spark.training.tables import TRAINING_SET
from tests.benchmarks.bench_bronze import BUILD, PROJECT

SEEDS = 5
T_95 = 2.776  # of Student's distribution, for five values


def main() -> None:
    """Measure and print."""
    root = BUILD / "telecom"
    shutil.rmtree(root, ignore_errors=True)
    given = [f"lake.root={root}", f"ingest.logs={sys.argv[1]}"]
    settings = load_settings(PROJECT / "conf" / "telecom.yml", given)
    lake = Lake(spark_session(settings), settings.lake)
    for stage in (sources, customer_features, customer_labels):
        stage(lake, settings)
    found = []
    for seed in range(SEEDS):
        seeded = load_settings(PROJECT / "conf" / "telecom.yml", [*given, f"training.seed={seed}"])
        customer_training_set(lake, seeded)
        metrics = train_model(lake.read(TRAINING_SET), model_features(lake), seeded).card.metrics
        found.append(metrics["roc_auc"] or 0.0)
        print(f"seed {seed}: ROC-AUC {found[-1]:.4f}", flush=True)
    mean, spread = statistics.mean(found), T_95 * statistics.stdev(found) / SEEDS**0.5
    print(f"mean {mean:.4f}, interval {mean - spread:.4f} to {mean + spread:.4f}; at least 0.845 is wanted")


if __name__ == "__main__":
    main()
