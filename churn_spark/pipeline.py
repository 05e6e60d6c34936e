"""The stages, in the order in which data goes through them.

Each reads its tables, calls the pure functions of its package and writes its tables; each can be run again, after
a success or a kill, and leaves the same tables.
"""

from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.export import Contract, RiskLevel, export_model
from churn_spark.features.behavior import BEHAVIOR, behavior_features
from churn_spark.features.calendar import DAY, as_of_days, day_of
from churn_spark.features.point_in_time import point_in_time_join
from churn_spark.features.tiles import user_days
from churn_spark.identity.events import to_silver_names, without_duplicates
from churn_spark.identity.recovery import recover_user_ids
from churn_spark.ingest.files import take_new_lines
from churn_spark.labels.definitions import churn_days, churn_labels, first_with_churn
from churn_spark.lake import Lake
from churn_spark.runs import Counts
from churn_spark.scoring.risk import RISK_LEVELS
from churn_spark.scoring.scores import churn_scores
from churn_spark.settings import Settings
from churn_spark.simulate import simulate as simulate_logs
from churn_spark.tables import BRONZE_EVENTS, CHURN_SCORES, LABELS, QUARANTINE, SILVER_EVENTS, USER_DAYS
from churn_spark.training import registry
from churn_spark.training.boosting import FEATURE_NAMES
from churn_spark.training.champion import check_positives, fingerprint, train_champion
from churn_spark.training.oracle import oracle_scores
from churn_spark.training.prediction import churn_probability, top_factors
from churn_spark.training.split import split_by_time
from churn_spark.training.training_set import TRAINING_SET

PARITY_ROWS = 1000  # customers on whom the exported model must predict what the champion predicts


def simulate(lake: Lake, settings: Settings) -> Counts:
    """The simulator's logs and their truth, unless `ingest.logs` names logs or they are there already."""
    if settings.ingest.logs:
        return {}
    simulate_logs(lake.spark, settings, settings.logs, settings.truth)
    return {"users": settings.simulate.users, "days": settings.simulate.days}


def ingest(lake: Lake, settings: Settings) -> Counts:
    """New log files -> `bronze.events` and `bronze.quarantine`, each file once."""
    take_new_lines(lake, settings)
    return {"events": lake.read(BRONZE_EVENTS).count(), "quarantined": lake.read(QUARANTINE).count()}


def identity(lake: Lake, settings: Settings) -> Counts:
    """`bronze.events` -> `silver.events`: exact duplicates out, missing user IDs recovered."""
    bronze = lake.read(BRONZE_EVENTS)
    events = bronze.transform(without_duplicates).transform(to_silver_names).transform(recover_user_ids)
    lake.replace(SILVER_EVENTS, events)
    by_source = lake.read(SILVER_EVENTS).groupBy(F.coalesce("user_id_source", F.lit("unknown"))).count().collect()
    rows = {source: count for source, count in by_source}
    return {
        "events": sum(rows.values()),
        "duplicates": bronze.count() - sum(rows.values()),
        "recovered IDs": rows.get("session", 0) + rows.get("sequence", 0),
        "unknown IDs": rows.get("unknown", 0),
    }


def features(lake: Lake, settings: Settings) -> Counts:
    """`silver.events` -> `gold.user_days` -> `customer_features.behavior` at every `as_of`."""
    lake.replace(USER_DAYS, user_days(lake.read(SILVER_EVENTS)))
    days = as_of_days(*_span(lake), settings.features)
    lake.replace(BEHAVIOR, behavior_features(lake.read(USER_DAYS), days))
    return {"rows": lake.read(BEHAVIOR).count(), "as_of": len(days)}


def labels(lake: Lake, settings: Settings) -> Counts:
    """`gold.user_days` -> `gold.labels`, by every definition of churn."""
    churns = churn_days(lake.read(USER_DAYS), settings.labels.inactivity_days)
    _, last_day = _span(lake)
    lake.replace(LABELS, churn_labels(lake.read(BEHAVIOR), churns, last_day + DAY, settings.labels))
    churned = lake.read(LABELS).where("churned").groupBy("label_version").count().collect()
    return {
        "rows": lake.read(LABELS).count(),
        **{f"churned by {version}": count for version, count in sorted(churned)},
    }


def training_set(lake: Lake, settings: Settings) -> Counts:
    """`gold.labels` and `customer_features.behavior` -> `gold.training_set`, point-in-time and split by time."""
    churns = churn_days(lake.read(USER_DAYS), settings.labels.inactivity_days)
    version = first_with_churn(churns, _span(lake)[1] + DAY, settings.labels.train_on)
    known = lake.read(LABELS).where((F.col("label_version") == version) & F.col("churned").isNotNull())
    holdout: date | None = known.agg(F.max(day_of("as_of"))).collect()[0][0]
    if holdout is None:
        needed = settings.features.min_history_days + settings.labels.gap_days + settings.labels.horizon_days
        raise DataRefused(
            f"no label is known yet: the logs span fewer than the {needed} days that features.min_history_days, "
            "labels.gap_days and labels.horizon_days ask for"
        )
    rows = point_in_time_join(known, lake.read(BEHAVIOR))
    lake.replace(TRAINING_SET, split_by_time(rows, holdout, settings.labels, settings.training))
    splits = lake.read(TRAINING_SET).groupBy("split").count().collect()
    return {f"{version} {split}": count for split, count in sorted(splits)}


def train(lake: Lake, settings: Settings) -> Counts:
    """`gold.training_set` -> the registry's champion; one that was trained on just this is kept."""
    rows = lake.read(TRAINING_SET)
    check_positives(rows, settings)
    registry.open_store(settings)
    mark = fingerprint(rows, settings)
    version = registry.version_trained_on(mark, settings)
    if version is None:
        trained = train_champion(rows, settings, _oracle(lake, rows, settings))
        table_versions = {table.name: lake.version(table) for table in (TRAINING_SET, BEHAVIOR, LABELS)}
        version = registry.register(trained, mark, table_versions, settings)
    registry.make_champion(version, settings)
    return {"champion version": int(version)}


def _oracle(lake: Lake, rows: DataFrame, settings: Settings) -> DataFrame | None:
    """The oracle's scores of the holdout, where the logs are the simulator's and the label is what it hides."""
    if settings.ingest.logs or rows.where("label_version = 'churn_def_v1'").isEmpty():
        return None
    hazards = lake.spark.read.parquet(f"{settings.truth}/hazards")
    return oracle_scores(rows.where("split = 'holdout'"), hazards, settings.labels.horizon_days)


def score(lake: Lake, settings: Settings) -> Counts:
    """`customer_features.behavior` at its newest `as_of` -> `scores.churn_scores`, by the champion."""
    unknown = settings.scoring.actions.keys() - set(FEATURE_NAMES)
    if unknown:
        raise UserError(f"scoring.actions: no feature is named {', '.join(sorted(unknown))}")
    registry.open_store(settings)
    champion = registry.load_champion(settings)
    customers = lake.read(BEHAVIOR)
    newest = customers.where(F.col("as_of") == customers.agg(F.max("as_of")).collect()[0][0])
    predictions = newest.select(
        "user_id",
        "as_of",
        churn_probability(champion.booster).alias("churn_probability"),
        top_factors(champion.booster, settings.scoring.top_factors).alias("top_factors"),
    )
    lake.merge(CHURN_SCORES, churn_scores(predictions, champion, settings.scoring.actions))
    return {"scores": newest.count()}


def export(lake: Lake, settings: Settings) -> Counts:
    """The champion -> the folder that `serving/` answers from."""
    registry.open_store(settings)
    champion = registry.load_champion(settings)
    customers = lake.read(BEHAVIOR).orderBy(F.desc("as_of"), "user_id").limit(PARITY_ROWS).toPandas()
    contract = Contract(
        model_name=champion.name,
        model_version=champion.version,
        risk_levels=tuple(RiskLevel(level=level, above=above) for level, above in [*RISK_LEVELS, ("LOW", None)]),
        **champion.description,
    )
    export_model(champion.booster, contract, customers, Path(settings.model_folder))
    return {"champion version": int(champion.version), "customers compared": len(customers)}


def _span(lake: Lake) -> tuple[date, date]:
    """First and last day with an event, both inclusive."""
    return lake.read(USER_DAYS).agg(F.min("day"), F.max("day")).collect()[0]
