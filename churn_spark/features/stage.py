"""The stages that make tiles and features, and the one that compares features with their online computation."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSION
from churn_spark.behavior.tiles import EVENT_COLUMNS
from churn_spark.calendar import as_of_grid, at_midnights, day_of, on_days
from churn_spark.clock import DAY, EPOCH
from churn_spark.errors import DataRefused
from churn_spark.features import leakage
from churn_spark.features.batch import percentiles, user_days, user_features, with_relative_features
from churn_spark.features.catalogue import FEATURE_TABLES, Features
from churn_spark.features.demographics import DEMOGRAPHICS, demographics_features
from churn_spark.features.expectations import distribution, feature_rows
from churn_spark.features.holidays import CALENDAR_FEATURES, calendar_features
from churn_spark.features.parity import online_differences
from churn_spark.features.point_in_time import at_newest_as_of
from churn_spark.features.span import LoggedDay, Span, in_words, span_of
from churn_spark.features.support import SUPPORT, support_features
from churn_spark.features.tables import BEHAVIOR, DAYS, PARITY, PERCENTILES, USER_DAYS
from churn_spark.features.transactions import TRANSACTION_FEATURES, transaction_features
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from churn_spark.quality.comparison import DIFFERENT
from churn_spark.quality.finding import Finding
from churn_spark.quality.gate import Check, audit, publish
from churn_spark.quality.sample import sample
from churn_spark.session import cached
from churn_spark.settings.all import Settings
from churn_spark.sources.tables import CALENDAR, CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.table import Table

log = logging.getLogger(__name__)

SOURCE_TABLES = (
    (CUSTOMERS, demographics_features, DEMOGRAPHICS),
    (TRANSACTIONS, transaction_features, TRANSACTION_FEATURES),
    (TICKETS, support_features, SUPPORT),
)


def features(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Silver -> `gold.user_days`, `ops.days`, and the feature tables at every `as_of`, with `gold.percentiles`."""
    update_user_days(lake)
    span = update_days(lake, settings)
    grid = as_of_grid(span.first, span.last, settings.features.step_days, settings.features.min_history_days)
    days = with_those_made(lake, PERCENTILES, [*grid, span.end], span.first)
    warnings = update_behavior(lake, days, settings, span.first)
    warnings += update_source_tables(lake, days, settings, of_logs=True) + update_calendar(lake, days, settings)
    return _counted(lake, days, warnings)


def customer_features(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The customer table -> its feature tables at one `as_of`, the midnight after its newest row; without any logs."""
    days = with_those_made(lake, DEMOGRAPHICS, [last_customer_day(lake) + DAY])
    return _counted(lake, days, update_source_tables(lake, days, settings, of_logs=False))


def check_parity(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`customer_features.behavior` against the online computation -> `ops.parity`.

    Raises DataRefused if any value differs.
    """
    if not lake.made_from(BEHAVIOR):
        raise DataRefused(f"{BEHAVIOR.name}: was built by another release; run jobs/build_features.py first")
    newest = at_newest_as_of(lake.read(BEHAVIOR)).withColumn("as_of_day", day_of("as_of"))
    batch = sample(newest, settings.features.parity_customers)
    as_of, users = batch["as_of_day"].iloc[0], batch["user_id"].tolist()
    of_users, last_day = F.col("user_id").isin(users), F.lit(as_of - DAY)
    tiles = tiles_in(lake, log_span(lake, settings)).where(of_users & (F.col("day") < last_day)).toArrow()
    events = lake.read(SILVER_EVENTS).where(of_users & (F.col("event_date") == last_day)).select(*EVENT_COLUMNS)
    [bounds] = lake.read(PERCENTILES).where(day_of("as_of") == F.lit(as_of)).select("percentiles").collect()
    compared = online_differences(batch, tiles, events.toArrow(), as_of, bounds[0])
    rows = compared.assign(run_id=lake.run_id, as_of=batch["as_of"].iloc[0])
    rows = rows[["run_id", "as_of", "feature", "compared", *DIFFERENT]]
    lake.append(PARITY, lake.spark.createDataFrame(rows, PARITY.columns), lake.run_id, batch=0)
    differing = compared[compared[DIFFERENT].any(axis=1)]["feature"].tolist()
    if differing:
        raise DataRefused(
            f"{BEHAVIOR.name}: {len(differing)} of {len(compared)} features are not what is computed online, "
            f"{differing[0]} for example; build the features again, or correct their computation"
        )
    return {"customers": int(compared["compared"].max()), "features": len(compared), "differing": 0}


def built_tables(lake: Lake) -> Mapping[Table, Features]:
    """The feature tables that have been made, each with its features in the order in which models take them."""
    return {table: features for table, features in FEATURE_TABLES.items() if lake.exists(table)}


def log_span(lake: Lake, settings: Settings) -> Span:
    """The days, UTC, that the logs span. Raises DataRefused if no event names a user."""
    by_day = lake.read(USER_DAYS).groupBy("day").agg(F.sum("events"), F.count("*"), F.max("last_ms"))
    logged = [LoggedDay(*row) for row in by_day.collect()]
    if not logged:
        raise DataRefused(f"{USER_DAYS.name}: no event names a user; give logs with user IDs")
    return span_of(logged, settings.features.dense_share)


def tiles_in(lake: Lake, span: Span) -> DataFrame:
    """The tiles of complete days, from the first to the last."""
    return lake.read(USER_DAYS).where(F.col("day").between(span.first, span.last))


def last_customer_day(lake: Lake) -> date:
    """The day, UTC, of the newest row of the customer table. Raises DataRefused if there is none."""
    last: date | None = lake.read(CUSTOMERS).agg(F.max(day_of("updated_at"))).collect()[0][0]
    if last is None:
        raise DataRefused(f"{CUSTOMERS.name}: holds no customer; give a customer table with rows")
    return last


def with_those_made(lake: Lake, table: Table, days: Sequence[date], first: date = EPOCH) -> list[date]:
    """`days` and the earlier days, after `first`, at whose midnight the table has rows already, in order.

    So an `as_of` keeps its features once they were made, also off the grid: its scores can be measured later.

    Example: the table was made for 5 May (on the grid) and 7 May. With `days` 5 and 8 May the result is 5, 7 and 8 May.
    """
    made: set[date] = set()
    if lake.exists(table):
        made = {row["day"] for row in lake.read(table).select(day_of("as_of").alias("day")).distinct().collect()}
    return sorted({*days, *(day for day in made if first < day < days[-1])})


def update_user_days(lake: Lake) -> None:
    """Update `gold.user_days` from `silver.events`: compute the tiles of the days that changed."""
    before = lake.made_from(USER_DAYS)
    version, days = lake.changed_days(SILVER_EVENTS, before.get(SILVER_EVENTS.name))
    if days == []:
        return
    events, where = lake.read(SILVER_EVENTS, version), "true"
    if days is not None:
        events, where = events.where(on_days("event_date", days)), on_days("day", days)
    lake.replace(USER_DAYS, user_days(events), where, {SILVER_EVENTS.name: version}, days)


def update_days(lake: Lake, settings: Settings) -> Span:
    """Update `ops.days` from `gold.user_days`, and warn of these days; returns the days that the logs span."""
    span = log_span(lake, settings)
    for words in in_words(span):
        log.warning("%s", words)
    made_from = {USER_DAYS.name: lake.version(USER_DAYS), "dense_share": settings.features.dense_share}
    if not lake.is_current(DAYS, made_from):
        lake.replace(DAYS, lake.spark.createDataFrame(list(span.odd), DAYS.columns), made_from=made_from)
    return span


def update_behavior(lake: Lake, as_of_days: Sequence[date], settings: Settings, first: date = EPOCH) -> int:
    """Update `customer_features.behavior` and `gold.percentiles` from `gold.user_days`, at `as_of_days` alone.

    A changed day affects all midnights after it. Another feature version computes all of them again, and so does
    another `first` day, before which no tile is used. Returns the number of warnings of the quality gate, which sees
    the rows before readers do.

    Example: the table has rows of 5, 12 and 19 May, and 13 May has changed. Of these, 19 May alone is computed again.
    """
    before = lake.made_from(BEHAVIOR)
    version, days = lake.changed_days(USER_DAYS, before.get(USER_DAYS.name))
    made_from = _made_from({USER_DAYS.name: version}, as_of_days) | {"first_day": first.isoformat()}
    if lake.is_current(BEHAVIOR, made_from):
        return 0
    outdated, where = list(as_of_days), "true"
    known = (FEATURE_VERSION, first.isoformat())
    if days is not None and (before["feature_version"], before.get("first_day")) == known:
        made = {date.fromisoformat(day) for day in before["as_of"]}
        outdated = [day for day in as_of_days if day not in made or any(changed < day for changed in days)]
        where = at_midnights([*outdated, *made.difference(as_of_days)])
    return _replace_behavior(lake, outdated, where, made_from, settings)


def _replace_behavior(
    lake: Lake, as_of_days: Sequence[date], where: str, made_from: Mapping[str, Any], settings: Settings
) -> int:
    first = date.fromisoformat(made_from["first_day"])
    checks = [_distribution(lake, BEHAVIOR, settings), _future(lake, settings, first)]
    with (
        cached(user_features(lake.read(USER_DAYS).where(F.col("day") >= first), as_of_days)) as own,
        cached(percentiles(own)) as bounds,
        cached(with_relative_features(own, bounds)) as rows,
    ):
        expect = feature_rows(BEHAVIOR, FEATURE_TABLES[BEHAVIOR])
        warnings = audit(lake, BEHAVIOR, rows, expect, checks) if as_of_days else 0
        lake.replace(PERCENTILES, bounds, where)
        lake.replace(BEHAVIOR, rows, where, made_from)
    return warnings


def update_source_tables(lake: Lake, days: Sequence[date], settings: Settings, *, of_logs: bool) -> int:
    """Update the feature tables of the sources; `of_logs`: for users of the logs alone, as nobody else is scored."""
    warnings = 0
    for source, features_of, table in SOURCE_TABLES:
        if not lake.exists(source):
            continue
        lake.create(source)  # which adds columns that an earlier release did not know
        inputs, rows = {source.name: lake.version(source)}, lake.read(source)
        if of_logs:
            inputs[USER_DAYS.name], _ = lake.changed_days(USER_DAYS, None)
            users = lake.read(USER_DAYS, inputs[USER_DAYS.name]).select("user_id").distinct()
            rows = rows.join(users, "user_id", "left_semi")
        made_from = _made_from(inputs, days)
        if not lake.is_current(table, made_from):
            expect, checks = feature_rows(table, FEATURE_TABLES[table]), [_distribution(lake, table, settings)]
            warnings += publish(lake, table, features_of(rows, days), expect, checks, made_from=made_from)
    return warnings


def update_calendar(lake: Lake, days: Sequence[date], settings: Settings) -> int:
    """Update `customer_features.calendar` from `silver.calendar`, for the customers of `customer_features.behavior`."""
    if not lake.exists(CALENDAR):
        return 0
    version, _ = lake.changed_days(BEHAVIOR, None)
    made_from = _made_from({CALENDAR.name: lake.version(CALENDAR), BEHAVIOR.name: version}, days)
    made_from |= {"gap_days": settings.labels.gap_days, "horizon_days": settings.labels.horizon_days}
    if lake.is_current(CALENDAR_FEATURES, made_from):
        return 0
    customers = lake.read(BEHAVIOR, version).select("user_id", "as_of", "region")
    rows = calendar_features(lake.read(CALENDAR), customers, settings.labels)
    return publish(
        lake,
        CALENDAR_FEATURES,
        rows,
        feature_rows(CALENDAR_FEATURES, FEATURE_TABLES[CALENDAR_FEATURES]),
        [_distribution(lake, CALENDAR_FEATURES, settings)],
        made_from=made_from,
    )


def _made_from(inputs: Mapping[str, int], days: Iterable[date]) -> dict[str, Any]:
    return {**inputs, "feature_version": FEATURE_VERSION, "as_of": [day.isoformat() for day in days]}


def _distribution(lake: Lake, table: Table, settings: Settings) -> Check:
    """A check that compares a sample of the new rows with a sample of the table's rows, each at its newest `as_of`."""

    def check(rows: DataFrame) -> list[Finding]:
        old: pd.DataFrame | None = sample(at_newest_as_of(lake.read(table))) if lake.exists(table) else None
        names = [feature.name for feature in FEATURE_TABLES[table]]
        return distribution(sample(at_newest_as_of(rows)), old, names, settings.features)

    return check


def _future(lake: Lake, settings: Settings, first: date) -> Check:
    """A check that computes features again, for a sample of users, from the events before `as_of` alone.

    Events before the `first` day of the logs are no part of features.
    """

    def check(rows: DataFrame) -> list[Finding]:
        made = rows.select(day_of("as_of").alias("day")).distinct().collect()
        days = leakage.compared_days(sorted(row["day"] for row in made))
        users = sample(lake.read(USER_DAYS).select("user_id").distinct(), settings.features.leakage_customers)
        of_users = F.col("user_id").isin(users["user_id"].tolist())
        since_first = lake.read(SILVER_EVENTS).where(of_users & (F.col("event_date") >= first))
        events = since_first.select(*EVENT_COLUMNS).toArrow()
        published = rows.withColumn("as_of_day", day_of("as_of")).where(of_users & F.col("as_of_day").isin(days))
        return leakage.future_known(published.select(*leakage.KEYS, *leakage.NAMES).toPandas(), events, days)

    return check


def _counted(lake: Lake, days: Sequence[date], warnings: int) -> Mapping[str, int]:
    rows = {f"{table.name.partition('.')[2]} rows": lake.read(table).count() for table in built_tables(lake)}
    return {"as_of": len(days), **rows, "warnings": warnings}
