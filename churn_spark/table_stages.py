"""The stages that make tables, in the order in which data goes through them.

Each reads its tables, calls the pure functions of its package and writes its tables; each can be run again, after
a success or a kill, and leaves the same tables.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.features.calendar import DAY, as_of_days, day_of
from churn_spark.features.catalogue import BEHAVIOR, FEATURE_VERSION
from churn_spark.features.demographics import DEMOGRAPHICS, demographics_features
from churn_spark.features.feature_tables import FEATURE_TABLES, features_in, lookups_in
from churn_spark.features.increment import update_behavior, update_user_days
from churn_spark.features.store import FeatureStore
from churn_spark.features.support import SUPPORT, support_features
from churn_spark.features.transactions import TRANSACTION_FEATURES, transaction_features
from churn_spark.identity.sessions import update_sessions
from churn_spark.identity.silver import update_silver
from churn_spark.ingest.batches import take_files
from churn_spark.labels.definitions import churn_days, churn_labels, first_with_churn, label_overlap
from churn_spark.labels.snapshot import SNAPSHOT, snapshot_labels
from churn_spark.lake import Lake
from churn_spark.quality.distribution import distribution
from churn_spark.quality.finding import Finding
from churn_spark.quality.gate import Gate, audit, publish
from churn_spark.quality.leakage import future_known, label_known
from churn_spark.quality.parity import DIFFERENT, online_differences
from churn_spark.runs import Counts
from churn_spark.settings import Settings
from churn_spark.simulate import simulate as simulate_logs
from churn_spark.sources.silver import update_sources
from churn_spark.sources.tables import CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.tables import (
    BRONZE_EVENTS,
    LABEL_OVERLAP,
    LABELS,
    PARITY,
    SILVER_EVENTS,
    USER_DAYS,
    Table,
)
from churn_spark.training.split import split_by_customer, split_by_time
from churn_spark.training.training_set import TRAINING_SET

SOURCE_FEATURES = (
    (CUSTOMERS, demographics_features, DEMOGRAPHICS),
    (TRANSACTIONS, transaction_features, TRANSACTION_FEATURES),
    (TICKETS, support_features, SUPPORT),
)


def simulate(lake: Lake, settings: Settings) -> Counts:
    """The simulator's logs and their truth, unless `ingest.logs` names logs or they are there already."""
    if settings.ingest.logs:
        return {}
    simulate_logs(lake.spark, settings, settings.logs, settings.truth)
    return {"users": settings.simulate.users, "days": settings.simulate.days}


def ingest(lake: Lake, settings: Settings) -> Counts:
    """New log files -> `bronze.events` and `bronze.quarantine`, each file once."""
    if settings.ingest.kind == "customers":
        return {}
    return take_files(lake, settings, partial(audit, lake, settings, BRONZE_EVENTS))


def identity(lake: Lake, settings: Settings) -> Counts:
    """`bronze.events` -> `silver.events`, duplicates out, lost user IDs recovered, pseudonyms; -> `gold.sessions`."""
    if settings.ingest.kind == "customers":
        return {}
    update_silver(lake, settings, partial(audit, lake, settings, SILVER_EVENTS))
    update_sessions(lake)
    by_source = lake.read(SILVER_EVENTS).groupBy(F.coalesce("user_id_source", F.lit("unknown"))).count().collect()
    rows = {source: count for source, count in by_source}
    events, unknown = sum(rows.values()), rows.get("unknown", 0)
    return {
        "events": events,
        "duplicates": lake.read(BRONZE_EVENTS).count() - events,
        "recovered IDs": events - unknown - rows.get("logged", 0),
        "unknown IDs": unknown,
    }


def sources(lake: Lake, settings: Settings) -> Counts:
    """Customers, transactions and tickets -> silver, from those sources that the settings name."""
    return update_sources(lake, settings)


def features(lake: Lake, settings: Settings) -> Counts:
    """Silver -> `gold.user_days` and the feature tables at every `as_of`, with `gold.percentiles`."""
    if settings.ingest.kind == "events":
        update_user_days(lake)
    days = as_of_days(*_span(lake, settings), settings.features)
    warnings = 0
    if settings.ingest.kind == "events":
        past_alone = partial(future_known, lake, settings.quality.leakage_customers)
        warnings += update_behavior(lake, days, _feature_gate(lake, settings, BEHAVIOR, past_alone))
    for source, features_of, table in SOURCE_FEATURES:
        if lake.exists(source):
            rows = features_of(lake.read(source), days)
            warnings += publish(lake, table, rows, _feature_gate(lake, settings, table))
    made = filter(lake.exists, FEATURE_TABLES)
    counts = {f"{table.name.partition('.')[2]} rows": lake.read(table).count() for table in made}
    return {"as_of": len(days), **counts, "warnings": warnings}


def _feature_gate(lake: Lake, settings: Settings, table: Table, *checks: Callable[[DataFrame], list[Finding]]) -> Gate:
    return _gate(lake, settings, table, partial(distribution, lake, settings.quality, table), *checks)


def _gate(lake: Lake, settings: Settings, table: Table, *checks: Callable[[DataFrame], list[Finding]]) -> Gate:
    """Hold rows against the table's suite and the checks."""
    return lambda rows: audit(lake, settings, table, rows, [finding for check in checks for finding in check(rows)])


def labels(lake: Lake, settings: Settings) -> Counts:
    """`gold.user_days` -> `gold.labels`, with `ops.label_overlap`; without events, by the customer source."""
    as_of_day = _span(lake, settings)[1] + DAY
    if settings.ingest.kind == "customers":
        rows = snapshot_labels(lake.read(CUSTOMERS), as_of_day)
    else:
        churns = churn_days(lake.read(USER_DAYS), settings.labels)
        lake.replace(LABEL_OVERLAP, label_overlap(churns, as_of_day))
        rows = churn_labels(lake.read(BEHAVIOR), churns, as_of_day, settings.labels)
    warnings = publish(lake, LABELS, rows, _gate(lake, settings, LABELS))
    churned = lake.read(LABELS).where("churned").groupBy("label_version").count().collect()
    return {
        "rows": lake.read(LABELS).count(),
        **{f"churned by {version}": count for version, count in sorted(churned)},
        "warnings": warnings,
    }


def training_set(lake: Lake, settings: Settings) -> Counts:
    """`gold.labels` and the feature tables -> `gold.training_set`, point-in-time and split; its note has lookups."""
    version = _label_version(lake, settings)
    known = lake.read(LABELS).where((F.col("label_version") == version) & F.col("churned").isNotNull())
    holdout: date | None = known.agg(F.max(day_of("as_of"))).collect()[0][0]
    if holdout is None:
        needed = settings.features.min_history_days + settings.labels.gap_days + settings.labels.horizon_days
        raise DataRefused(
            f"no label is known yet: the logs span fewer than the {needed} days that features.min_history_days, "
            "labels.gap_days and labels.horizon_days ask for"
        )
    rows, lookups = FeatureStore(lake).create_training_set(known, lookups_in(lake))
    rows = rows.withColumn("feature_version", F.lit(FEATURE_VERSION))
    if version == SNAPSHOT:
        split = split_by_customer(rows, settings.training)
    else:
        split = split_by_time(rows, holdout, settings.labels, settings.training)
    names = [feature.name for feature in features_in(lake)]
    leaks = partial(label_known, names, settings.quality.max_feature_auc, settings.training.min_positives)
    note = {"lookups": [asdict(lookup) for lookup in lookups]}
    publish(lake, TRAINING_SET, split, _gate(lake, settings, TRAINING_SET, leaks), note=note)
    splits = lake.read(TRAINING_SET).groupBy("split").count().collect()
    return {f"{version} {split}": count for split, count in sorted(splits)}


def check_parity(lake: Lake, settings: Settings) -> Counts:
    """`customer_features.behavior` against the online computation -> `ops.parity`.

    Raises DataRefused where any value is not the same.
    """
    found = online_differences(lake, settings.quality.parity_customers)
    rows = found.assign(run_id=lake.run_id)[["run_id", "as_of", "feature", "compared", *DIFFERENT]]
    lake.append(PARITY, lake.spark.createDataFrame(rows, PARITY.columns), lake.run_id, batch=0)
    differing = found[found[DIFFERENT].any(axis=1)]["feature"].tolist()
    if differing:
        raise DataRefused(
            f"{BEHAVIOR.name}: {len(differing)} of {len(found)} features are not what is computed online, "
            f"{differing[0]} for one; build the features anew, or mend what computes them"
        )
    return {"customers": int(found["compared"].max()), "features": len(found), "differing": 0}


def _label_version(lake: Lake, settings: Settings) -> str:
    """The definition of churn to train on."""
    if settings.ingest.kind == "customers":
        return SNAPSHOT
    churns = churn_days(lake.read(USER_DAYS), settings.labels)
    return first_with_churn(churns, _span(lake, settings)[1] + DAY, settings.labels.train_on)


def _span(lake: Lake, settings: Settings) -> tuple[date, date]:
    """First and last day with an event, both inclusive; without events, with a row of a customer."""
    if settings.ingest.kind == "customers":
        days = lake.read(CUSTOMERS).select(day_of("updated_at").alias("day"))
    else:
        days = lake.read(USER_DAYS)
    return days.agg(F.min("day"), F.max("day")).collect()[0]
