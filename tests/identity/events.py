"""Silver events, as short as the tables in which the tests of a session write them."""

from typing import Any

from pyspark.sql import DataFrame, SparkSession

from churn_spark.clock import MS_PER_MINUTE
from churn_spark.identity.sessions import with_session_key
from churn_spark.settings.reading import load_settings
from tests import rows
from tests.lakes import LOCAL

SETTINGS = load_settings(LOCAL).identity
UNKNOWN = {"level": "free", "registration_ms": None, "location": None, "user_agent": None}
Line = tuple[Any, ...]  # session, minute, item, user; then what else is known, if anything


def silver(spark: SparkSession, *lines: Line) -> DataFrame:
    """The lines as events whose missing users are still to be recovered."""
    events = [
        rows.event(user, int(minute * MS_PER_MINUTE), session, item=item, **{**UNKNOWN, **dict(*known)})
        for session, minute, item, user, *known in lines
    ]
    without_recovery = rows.silver(spark, *events).drop("user_id_source", "user_id_confidence")
    return without_recovery.transform(with_session_key, SETTINGS.session_gap_hours)
