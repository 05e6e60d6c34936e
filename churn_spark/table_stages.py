"""The stages that make tables, in the order in which data goes through them.

Each reads its tables, calls the pure functions of its package and writes its tables; each can be run again, after
a success or a kill, and leaves the same tables.
"""

from datetime import date
from functools import partial

from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.features.batch import quintile_edges, user_days, user_features, with_quintiles
from churn_spark.features.calendar import DAY, as_of_days, day_of
from churn_spark.features.catalogue import BEHAVIOR
from churn_spark.features.point_in_time import point_in_time_join
from churn_spark.identity.sessions import update_sessions
from churn_spark.identity.silver import update_silver
from churn_spark.ingest.batches import take_files
from churn_spark.labels.definitions import churn_days, churn_labels, first_with_churn
from churn_spark.lake import Lake
from churn_spark.quality.gate import audit
from churn_spark.runs import Counts
from churn_spark.settings import Settings
from churn_spark.simulate import simulate as simulate_logs
from churn_spark.tables import BRONZE_EVENTS, LABELS, QUINTILES, SILVER_EVENTS, USER_DAYS
from churn_spark.training.split import split_by_time
from churn_spark.training.training_set import TRAINING_SET


def simulate(lake: Lake, settings: Settings) -> Counts:
    """The simulator's logs and their truth, unless `ingest.logs` names logs or they are there already."""
    if settings.ingest.logs:
        return {}
    simulate_logs(lake.spark, settings, settings.logs, settings.truth)
    return {"users": settings.simulate.users, "days": settings.simulate.days}


def ingest(lake: Lake, settings: Settings) -> Counts:
    """New log files -> `bronze.events` and `bronze.quarantine`, each file once."""
    return take_files(lake, settings, partial(audit, lake, settings, BRONZE_EVENTS))


def identity(lake: Lake, settings: Settings) -> Counts:
    """`bronze.events` -> `silver.events`, duplicates out, lost user IDs recovered, pseudonyms; -> `gold.sessions`."""
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


def features(lake: Lake, settings: Settings) -> Counts:
    """`silver.events` -> `gold.user_days` -> `customer_features.behavior` at every `as_of`, with `gold.quintiles`."""
    lake.replace(USER_DAYS, user_days(lake.read(SILVER_EVENTS)))
    days = as_of_days(*_span(lake), settings.features)
    known = user_features(lake.read(USER_DAYS), days).persist()
    lake.replace(QUINTILES, quintile_edges(known))
    lake.replace(BEHAVIOR, with_quintiles(known, lake.read(QUINTILES)))
    known.unpersist()
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


def _span(lake: Lake) -> tuple[date, date]:
    """First and last day with an event, both inclusive."""
    return lake.read(USER_DAYS).agg(F.min("day"), F.max("day")).collect()[0]
