"""Brings silver up to bronze: only the days that a change touches are made anew."""

import hmac
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import UserError
from churn_spark.identity.cleaning import song_medians, with_cleaned
from churn_spark.identity.events import to_silver_names, without_duplicates
from churn_spark.identity.increment import context_days, ms_on_days, on_days, session_spans, touched_days
from churn_spark.identity.key import VARIABLE, pseudonym_key
from churn_spark.identity.pseudonyms import pseudonyms, with_pseudonyms
from churn_spark.identity.recovery import recover_user_ids
from churn_spark.identity.sessions import with_session_key
from churn_spark.lake import Lake
from churn_spark.quality.gate import Gate, publish
from churn_spark.settings import Settings
from churn_spark.tables import BRONZE_EVENTS, SILVER_EVENTS, USER_PSEUDONYMS


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
    days, context = _touched(lake, before[BRONZE_EVENTS.name], made[BRONZE_EVENTS.name], settings)
    events = _silver(lake, bronze.where(ms_on_days("ts", context)), key, settings)
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
    )


def known_users(lake: Lake, raw_user_ids: DataFrame, key: bytes) -> DataFrame:
    """`silver.user_pseudonyms` after the `raw_user_id` (null, or any number of times) have been entered there."""
    raw = raw_user_ids.where("raw_user_id IS NOT NULL").distinct()
    if lake.exists(USER_PSEUDONYMS):
        raw = raw.join(lake.read(USER_PSEUDONYMS), "raw_user_id", "left_anti")
    lake.merge(USER_PSEUDONYMS, pseudonyms(raw, key))
    return lake.read(USER_PSEUDONYMS)


def _touched(lake: Lake, since: int, until: int, settings: Settings) -> tuple[list[date], list[date]]:
    """Days to make anew, and days to read for it. Both are at most the days of the logs, so they fit the driver."""
    changes = lake.changes(BRONZE_EVENTS, since, until)
    changed = changes.select(F.col("sessionId").alias("session_id"), F.col("ts").alias("event_ms")).distinct()
    spans = session_spans(lake.read(SILVER_EVENTS))
    touched = touched_days(changed, spans, settings.identity).persist()
    days = sorted(row["day"] for row in touched.collect())
    context = [row["day"] for row in context_days(touched, spans).collect()]
    touched.unpersist()
    return days, context
