"""Brings silver up to bronze: only the days that a change touches are made anew."""

import hmac
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import UserError
from churn_spark.identity.cleaning import song_medians, with_cleaned
from churn_spark.identity.events import to_silver_names, without_duplicates
from churn_spark.identity.increment import at_times, context, on_days, touched_days
from churn_spark.identity.key import VARIABLE, pseudonym_key
from churn_spark.identity.pseudonyms import pseudonyms, with_pseudonyms
from churn_spark.identity.recovery import recover_user_ids
from churn_spark.identity.sessions import with_session_key
from churn_spark.lake import Lake
from churn_spark.quality.gate import Gate, publish
from churn_spark.settings import Settings
from churn_spark.tables import BRONZE_EVENTS, SILVER_EVENTS, USER_PSEUDONYMS

DAYS_APART = 64  # parts that the days are spread over, small ones put together again, so that a file has few days


def update_silver(lake: Lake, settings: Settings, gate: Gate) -> None:
    """Make `silver.events` and `silver.user_pseudonyms` what `bronze.events` says now.

    Where silver was made from an earlier version of bronze under the same settings, only the days are made anew that
    the change touches, and the commit's note names them; the result is that of a full build. `gate` sees what was made
    before readers do.

    Raises UserError where silver was made under another key.
    """
    key = pseudonym_key(settings)
    made = _made_from(lake, settings, key)
    before = lake.note(SILVER_EVENTS)
    if before.items() >= made.items():
        return
    if before.get("key", made["key"]) != made["key"]:
        raise UserError(
            f"{VARIABLE}: not the key that silver.events was made under; set that one, or start a new lake, "
            "for under another key nobody is known any more"
        )
    bronze = lake.read(BRONZE_EVENTS, made[BRONZE_EVENTS.name])
    if before.get("identity") != made["identity"]:
        publish(lake, SILVER_EVENTS, _silver(lake, bronze, key, settings), gate, note=made | {"days": None})
        return
    before_change = lake.read(SILVER_EVENTS)
    changed = _changed(lake, before[BRONZE_EVENTS.name], made[BRONZE_EVENTS.name])
    days = touched_days(changed, before_change, settings.identity)
    rows = bronze.where(at_times("ts", context(days, before_change, settings.identity)))
    events = _silver(lake, rows, key, settings)
    where = on_days("event_date", days)
    note = made | {"days": [day.isoformat() for day in days]}
    publish(lake, SILVER_EVENTS, events.where(where), gate, where, note)


def _made_from(lake: Lake, settings: Settings, key: bytes) -> dict[str, Any]:
    """All that decides about silver: the version of bronze, the settings, and a mark of the key."""
    return {
        BRONZE_EVENTS.name: lake.version(BRONZE_EVENTS),
        "identity": settings.identity.model_dump(mode="json", exclude={"pseudonym_key", "generate_key"}),
        "key": hmac.digest(key, b"which key", "sha256").hex()[:16],
    }


def _silver(lake: Lake, bronze: DataFrame, key: bytes, settings: Settings) -> DataFrame:
    """Silver rows of all the bronze rows; users who are new to `silver.user_pseudonyms` are entered there."""
    known = known_users(lake, bronze.select(F.col("userId").alias("raw_user_id")), key)
    events = bronze.transform(without_duplicates).transform(to_silver_names)
    return (
        events.transform(with_pseudonyms, known)
        .transform(with_session_key, settings.identity.session_gap_hours)
        .transform(recover_user_ids, settings.identity)
        .transform(with_cleaned, song_medians(bronze.transform(to_silver_names)))
        .hint("rebalance", DAYS_APART, "event_date")
    )


def known_users(lake: Lake, raw_user_ids: DataFrame, key: bytes) -> DataFrame:
    """`silver.user_pseudonyms` after the `raw_user_id` (null, or any number of times) have been entered there."""
    raw = raw_user_ids.where("raw_user_id IS NOT NULL").distinct()
    if lake.exists(USER_PSEUDONYMS):
        raw = raw.join(lake.read(USER_PSEUDONYMS), "raw_user_id", "left_anti")
    lake.merge(USER_PSEUDONYMS, pseudonyms(raw, key))
    return lake.read(USER_PSEUDONYMS)


def _changed(lake: Lake, after: int, until: int) -> DataFrame:
    """`session_id` and `event_ms` of the rows that came to bronze or went between two versions."""
    changes = lake.changes(BRONZE_EVENTS, after, until)
    return changes.select(F.col("sessionId").alias("session_id"), F.col("ts").alias("event_ms")).distinct()
