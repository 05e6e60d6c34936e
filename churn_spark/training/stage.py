"""The stages that join labels with features into the training set, and train the champion on it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from itertools import chain
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.customers import GONE
from churn_spark.behavior.definition import FEATURE_VERSION
from churn_spark.calendar import day_of, on_grid
from churn_spark.errors import DataRefused
from churn_spark.features.catalogue import Features
from churn_spark.features.encoding import model_inputs
from churn_spark.features.stage import built_tables
from churn_spark.features.store import FeatureStore, Lookup
from churn_spark.features.tables import USER_DAYS
from churn_spark.identity.pseudonyms import with_pseudonyms
from churn_spark.identity.tables import USER_PSEUDONYMS
from churn_spark.labels.definitions import first_with_churn
from churn_spark.labels.snapshot import SNAPSHOT
from churn_spark.labels.stage import churns_in_logs
from churn_spark.labels.tables import LABELS
from churn_spark.lake import Lake
from churn_spark.quality.gate import publish
from churn_spark.quality.sample import sample
from churn_spark.settings.all import Settings
from churn_spark.tracking import open_store
from churn_spark.training import registry
from churn_spark.training.ceiling import ceiling_scores
from churn_spark.training.checks import check_columns, check_positives
from churn_spark.training.expectations import training_rows
from churn_spark.training.fitting import Trained, fingerprint, train_model
from churn_spark.training.judging import report_of, warning_days
from churn_spark.training.leakage import label_known
from churn_spark.training.observed import TILE_COLUMNS, observed
from churn_spark.training.oracle import oracle_scores
from churn_spark.training.prediction import churn_probability
from churn_spark.training.split import split_by_customer, split_by_time, with_bucket
from churn_spark.training.tables import SEARCHES, SPLITS, TRAINING_SET

GOING_ON = ("warm_start", "ensemble")  # methods that go on with the champion


def training_set(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`gold.labels` and the feature tables -> `gold.training_set`, point-in-time and split by time.

    Only `as_of` on the grid take part. Days that were made for scoring alone would repeat some weeks up to seven times.
    """
    span, churns = churns_in_logs(lake, settings)
    version = first_with_churn(churns, span.end, settings.labels.train_on)
    known_labels = _known_labels(lake, version).where(on_grid("as_of", settings.features.step_days))
    holdout: date | None = known_labels.agg(F.max(day_of("as_of"))).collect()[0][0]
    if holdout is None:
        needed = settings.features.min_history_days + settings.labels.gap_days + settings.labels.horizon_days
        fewer = "have no span without an outage as long as" if span.outages else "span fewer than"
        raise DataRefused(
            f"no label is known yet: the logs {fewer} the {needed} days that features.min_history_days, "
            "labels.gap_days and labels.horizon_days ask for; give longer logs"
        )
    rows, lookups = _with_features(lake, known_labels)
    rows = split_by_time(bucketed(lake, rows, settings), holdout, settings.labels, settings.training)
    return _publish(lake, rows, lookups, settings)


def customer_training_set(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`gold.labels` and the feature tables of a customer table -> `gold.training_set`, split by customer."""
    rows, lookups = _with_features(lake, _known_labels(lake, SNAPSHOT))
    rows = split_by_customer(bucketed(lake, rows, settings), settings.training)
    return _publish(lake, rows, lookups, settings)


def train(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`gold.training_set` -> the registry's challenger; a model of the same rows and settings is not trained again."""
    lookups = lake.made_from(TRAINING_SET).get("lookups")
    rows = lake.read(TRAINING_SET)
    if lookups is None:
        raise DataRefused(f"{TRAINING_SET.name}: was built by another release; run jobs/build_features.py first")
    features = model_features(lake)
    check_columns(rows, features)
    check_positives(rows, settings)
    open_store(settings)
    found = searched(lake, settings)
    champion = registry.version_of(registry.CHAMPION, settings) if settings.training.method in GOING_ON else None
    mark = fingerprint(rows, settings, {**found, "champion": champion} if champion else found)
    version, counts = registry.version_trained_on(mark, settings), {}
    if version is None:
        best = benchmark_scores(lake, rows, settings)
        old = registry.load_version(champion, settings).model if champion else None
        trained = train_model(rows, features, settings, best, found, old)
        tables = filter(lake.exists, (TRAINING_SET, *built_tables(lake), LABELS))
        sources = [registry.Source(table.name, lake.name(table), lake.version(table)) for table in tables]
        warning = _warning_days(lake, rows, trained, settings.training.seed)
        artifacts = {
            "lookups.json": json.dumps({"lookups": lookups}, indent=2),
            "reference_profile.json": trained.profile.model_dump_json(),
            "report.html": report_of(trained, _splits(rows), sources, settings, warning),
        }
        taken = len(trained.model.features)
        counts = {"features": taken, "features the same for all": len(features) - taken}
        version = registry.register(trained.model, trained.card, mark, sources, artifacts, settings)
    registry.set_alias(registry.CHALLENGER, version, settings)
    return {"challenger version": int(version), **counts}


def _splits(rows: DataFrame) -> pd.DataFrame:
    """Rows, churned rows and days of each part of the split, for the report."""
    parts = rows.groupBy(F.col("split").alias("part")).agg(
        F.count("*").alias("rows"),
        F.count_if("churned").alias("churned"),
        F.min(day_of("as_of")).alias("first as_of"),
        F.max(day_of("as_of")).alias("last as_of"),
    )
    return parts.toPandas().set_index("part").reindex(SPLITS).dropna(subset="rows").reset_index()


def _warning_days(lake: Lake, rows: DataFrame, trained: Trained, seed: int) -> pd.DataFrame | None:
    """How far ahead a sample of the holdout is foreseen; None unless the label is cancellation, which tiles date."""
    if trained.card.label_version != "churn_def_v1" or not lake.exists(USER_DAYS):
        return None
    gone = lake.read(USER_DAYS).where(F.col(GONE).isNotNull()).select("user_id", F.col("day").alias("left_on"))
    ahead = F.datediff("left_on", day_of("as_of"))
    scored = (
        rows.where("split = 'holdout'")
        .select(
            "user_id",
            "as_of",
            "churned",
            churn_probability(trained.model, model_inputs(trained.model.features)).alias("score"),
        )
        .join(gone, "user_id", "left")
        .groupBy("user_id", "churned", "score")
        .agg(F.min(F.when(F.col("churned") & (ahead >= 0), ahead)).alias("days"))
    )
    return warning_days(sample(scored), seed)


def searched(lake: Lake, settings: Settings) -> Mapping[str, Any]:
    """The parameters that the newest search of the kind of model found, if `training.parameters` asks for them."""
    if settings.training.parameters != "searched":
        return {}
    rows = lake.read(SEARCHES).where(F.col("kind") == settings.training.model)
    newest = rows.orderBy(F.desc("searched_at")).select("parameters").first()
    if newest is None:
        raise DataRefused(f"{SEARCHES.name}: holds no search of {settings.training.model}; run jobs/search.py first")
    found: Mapping[str, Any] = json.loads(newest["parameters"])
    return found


def _known_labels(lake: Lake, version: str) -> DataFrame:
    return lake.read(LABELS).where((F.col("label_version") == version) & F.col("churned").isNotNull())


def _with_features(lake: Lake, labels: DataFrame) -> tuple[DataFrame, tuple[Lookup, ...]]:
    names = {table: tuple(feature.name for feature in features) for table, features in built_tables(lake).items()}
    lookups = [Lookup(table.name, of_table) for table, of_table in names.items()]
    rows, pinned = FeatureStore(lake).create_training_set(labels, lookups)
    return rows.withColumn("feature_version", F.lit(FEATURE_VERSION)), pinned


def bucketed(lake: Lake, rows: DataFrame, settings: Settings) -> DataFrame:
    """The rows with the `bucket` of their customer, by which they are split."""
    users = lake.read(USER_PSEUDONYMS) if lake.exists(USER_PSEUDONYMS) else None
    return with_bucket(rows, users, settings.training)


def _publish(lake: Lake, rows: DataFrame, lookups: tuple[Lookup, ...], settings: Settings) -> Mapping[str, int]:
    limits, features = settings.training, model_features(lake)
    made_from = {"lookups": [asdict(lookup) for lookup in lookups]}
    publish(
        lake,
        TRAINING_SET,
        rows,
        training_rows(),
        [lambda held: label_known(held, features, limits.refuse_feature_auc, limits.min_positives)],
        made_from=made_from,
    )
    counts = lake.read(TRAINING_SET).groupBy("label_version", "split").count().collect()
    return {f"{version} {split}": count for version, split, count in sorted(counts)}


def model_features(lake: Lake) -> Features:
    """The features of the tables that have been made, in the order in which models take them."""
    return list(chain.from_iterable(built_tables(lake).values()))


def benchmark_scores(lake: Lake, rows: DataFrame, settings: Settings) -> pd.DataFrame | None:
    """What the benchmarks foresee of a sample of the holdout: `user_id`, `churned`, `oracle`, `log_ceiling`.

    None unless the logs are simulated, without a drift that the log ceiling does not know, and the label is
    cancellation.
    """
    simulated = settings.truth is not None and lake.exists(USER_PSEUDONYMS)
    simulated = simulated and settings.simulate.concept_drift_day is None
    if not simulated or rows.where("label_version = 'churn_def_v1'").isEmpty():
        return None
    holdout = rows.where("split = 'holdout'").select("user_id", "churned", day_of("as_of").alias("day"))
    best = sample(holdout, settings.training.benchmark_customers)
    users = lake.spark.createDataFrame(best[["user_id"]])
    tiles = lake.read(USER_DAYS).select(*TILE_COLUMNS).join(F.broadcast(users), "user_id").toArrow()
    shown = observed(tiles, best["user_id"].tolist(), settings.simulate.start, best["day"].iloc[0])
    best["log_ceiling"] = ceiling_scores(shown, settings.labels.horizon_days, settings.training.seed)
    hazards = lake.spark.read.parquet(f"{settings.truth}/hazards").withColumnRenamed("userId", "user_id")
    hazards = hazards.transform(with_pseudonyms, lake.read(USER_PSEUDONYMS)).join(F.broadcast(users), "user_id")
    foreseen = oracle_scores(rows.where("split = 'holdout'"), hazards, settings.labels.horizon_days).toPandas()
    return best.merge(foreseen, on="user_id")[["user_id", "churned", "oracle", "log_ceiling"]]
