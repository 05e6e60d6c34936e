"""The stage that brings silver up to bronze: only the days that a change touches are made anew."""

import hmac
import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import on_days
from churn_spark.clock import day_at
from churn_spark.errors import UserError
from churn_spark.identity.cleaning import song_medians, with_cleaned
from churn_spark.identity.events import to_silver_names, without_duplicates
from churn_spark.identity.expectations import silver_events
from churn_spark.identity.increment import at_times, context, touched_days
from churn_spark.identity.key import VARIABLE, pseudonym_key
from churn_spark.identity.pseudonyms import pseudonyms, with_pseudonyms
from churn_spark.identity.recovery import recover_user_ids
from churn_spark.identity.sessions import user_sessions, with_cap_and_gap, with_session_key
from churn_spark.identity.tables import SESSIONS, SILVER_EVENTS, USER_PSEUDONYMS
from churn_spark.identity.user_ids import user_id
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.lake import Lake
from churn_spark.quality.gate import publish
from churn_spark.settings.all import Settings

log = logging.getLogger(__name__)
SHOWN = 10  # placeholders that a warning names
DAYS_APART = 64  # parts that the days are spread over, small ones put together again, so that a file has few days


def identity(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`bronze.events` -> `silver.events`, duplicates out, lost user IDs recovered, pseudonyms; -> `gold.sessions`."""
    update_silver(lake, settings)
    update_sessions(lake)
    _warn_of_placeholders(lake, settings)
    by_source = lake.read(SILVER_EVENTS).groupBy(F.coalesce("user_id_source", F.lit("unknown"))).count().collect()
    rows = {source: count for source, count in by_source}
    events, unknown = sum(rows.values()), rows.get("unknown", 0)
    return {
        "events": events,
        "duplicates": lake.read(BRONZE_EVENTS).count() - events,
        "recovered IDs": events - unknown - rows.get("logged", 0),
        "unknown IDs": unknown,
    }


def update_silver(lake: Lake, settings: Settings) -> None:
    """Make `silver.events` and `silver.user_pseudonyms` what `bronze.events` says now.

    Where silver was made from an earlier version of bronze under the same settings, only the days are made anew that
    the change touches, and the commit's note names them; the result is that of a full build. The quality gate sees the
    rows before readers do.

    Raises UserError where silver was made under another key, or where its key is not there any more.
    """
    key = lake_key(lake, settings)
    made_from = _made_from(lake, settings, key)
    before = lake.made_from(SILVER_EVENTS)
    if before == made_from:
        return
    _refuse_another_key(lake, made_from["key"])
    bronze, expect = lake.read(BRONZE_EVENTS, made_from[BRONZE_EVENTS.name]), silver_events(settings.identity)
    if before.get("identity") != made_from["identity"]:
        publish(lake, SILVER_EVENTS, _silver(lake, bronze, key, settings), expect, made_from=made_from)
        return
    before_change = lake.read(SILVER_EVENTS)
    changed = _changed(lake, before[BRONZE_EVENTS.name], made_from[BRONZE_EVENTS.name])
    days = touched_days(changed, before_change, settings.identity)
    rows = bronze.where(at_times("ts", context(days, before_change, settings.identity)))
    where = on_days("event_date", days)
    events = _silver(lake, rows, key, settings).where(where)
    publish(lake, SILVER_EVENTS, events, expect, where=where, made_from=made_from, days=days)


def lake_key(lake: Lake, settings: Settings) -> bytes:
    """The key of the lake's pseudonyms; a new one only where the lake has none yet. Raises UserError without one."""
    return pseudonym_key(settings, in_use=lake.exists(SILVER_EVENTS) or lake.exists(USER_PSEUDONYMS))


def update_sessions(lake: Lake) -> None:
    """Make `gold.sessions` what `silver.events` says now: the sessions that end on or after the first day that changed.

    Not only those of the days that changed, because the gap of the next session reaches back to them.
    """
    before = lake.made_from(SESSIONS)
    version, days = lake.changed_days(SILVER_EVENTS, before.get(SILVER_EVENTS.name))
    silver, made_from = lake.read(SILVER_EVENTS, version), {SILVER_EVENTS.name: version}
    if days is None:
        lake.replace(SESSIONS, with_cap_and_gap(user_sessions(silver)), made_from=made_from)
    elif days:
        _update_sessions_since(lake, silver, days[0], made_from)


def with_users(lake: Lake, raw_user_ids: DataFrame, key: bytes) -> DataFrame:
    """`silver.user_pseudonyms` after each `raw_user_id` (null, or any number of times) has been entered there."""
    raw = raw_user_ids.where("raw_user_id IS NOT NULL").distinct()
    if lake.exists(USER_PSEUDONYMS):
        raw = raw.join(lake.read(USER_PSEUDONYMS), "raw_user_id", "left_anti")
        if raw.isEmpty():  # a MERGE of nothing costs as much as one of a few rows
            return lake.read(USER_PSEUDONYMS)
    lake.merge(USER_PSEUDONYMS, pseudonyms(raw, key))
    return lake.read(USER_PSEUDONYMS)


def _warn_of_placeholders(lake: Lake, settings: Settings) -> None:
    """Name the user IDs of the logs that stand for nobody, with the number of their events."""
    given = F.lower(F.trim("userId")).alias("given")
    nobody = user_id(F.col("userId"), settings.identity.placeholder_ids).isNull() & (F.trim("userId") != "")
    counts = (
        lake.read(BRONZE_EVENTS).where(nobody).groupBy(given).count().orderBy(F.desc("count"), "given").limit(SHOWN)
    )
    if named := ", ".join(f"{row['given']} ({row['count']:,} events)" for row in counts.collect()):
        log.warning("user IDs that name nobody: %s; identity.placeholder_ids lists such IDs", named)


def _made_from(lake: Lake, settings: Settings, key: bytes) -> dict[str, Any]:
    """All that decides about silver: the version of bronze, the settings of recovery, and a mark of the key."""
    decisive = {"session_gap_hours", "login_minutes", "placeholder_ids"}
    return {
        BRONZE_EVENTS.name: lake.version(BRONZE_EVENTS),
        "identity": settings.identity.model_dump(mode="json", include=decisive),
        "key": hmac.digest(key, b"which key", "sha256").hex()[:16],
    }


def _refuse_another_key(lake: Lake, mark: str) -> None:
    for note in lake.notes(SILVER_EVENTS).values():
        # Releases before 0.2 wrote the mark beside what else silver was made from.
        if note.get("made_from", note).get("key", mark) != mark:
            raise UserError(
                f"{VARIABLE}: not the key that silver.events was made under; set that one, or start a new lake, "
                "because under another key nobody is known any more"
            )


def _silver(lake: Lake, bronze: DataFrame, key: bytes, settings: Settings) -> DataFrame:
    """Silver rows of all the bronze rows; users who are new to `silver.user_pseudonyms` are entered there."""
    named = bronze.withColumn("userId", user_id(F.col("userId"), settings.identity.placeholder_ids))
    users = with_users(lake, named.select(F.col("userId").alias("raw_user_id")), key)
    events = named.transform(without_duplicates).transform(to_silver_names)
    return (
        events.transform(with_pseudonyms, users)
        .transform(with_session_key, settings.identity.session_gap_hours)
        .transform(recover_user_ids, settings.identity)
        .transform(with_cleaned, song_medians(bronze.transform(to_silver_names)))
        .hint("rebalance", DAYS_APART, "event_date")
    )


def _changed(lake: Lake, after: int, until: int) -> DataFrame:
    """`session_id` and `event_ms` of the rows that came to bronze or went between two versions."""
    changes = lake.changes(BRONZE_EVENTS, after, until)
    return changes.select(F.col("sessionId").alias("session_id"), F.col("ts").alias("event_ms")).distinct()


def _update_sessions_since(lake: Lake, silver: DataFrame, since: date, made_from: Mapping[str, Any]) -> None:
    before, ends_since = lake.read(SESSIONS), F.col("end_date") >= F.lit(since)
    first_ms = before.where(ends_since).agg(F.min("start_ms")).collect()[0][0]
    begin = since if first_ms is None else min(since, day_at(first_ms))
    changed = user_sessions(silver.where(F.col("event_date") >= F.lit(begin))).where(ends_since)
    rows = changed.unionByName(before.where(~ends_since).select(*changed.columns)).transform(with_cap_and_gap)
    lake.replace(SESSIONS, rows.where(ends_since), where=f"end_date >= DATE'{since}'", made_from=made_from)
