"""The user of a missing row, told by the login that follows it."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def by_login(rows: DataFrame, limit_ms: int) -> DataFrame:
    """Give a row without a user the user who alone logs in from its location and browser within `limit_ms`.

    The time is inclusive at both ends. A login is a row of the page Login whose user is known by now.

    Example: limit 60 minutes, a row without a user from Wichita with Firefox at 9:00.

    - Ann logs in there at 9:20: the row is ann's.
    - Bob logs in there at 9:50 too: the row stays unknown.
    - Bob logs in there at 10:10 instead: he is too late, and the row is ann's.
    """
    time, has_user = F.col("event_ms"), F.col("user_id").isNotNull()
    has_place = F.col("location").isNotNull() & F.col("user_agent").isNotNull()
    is_login = has_place & has_user & (F.col("page") == "Login")
    # All other rows get their session_key instead, so that they stay spread over the partitions.
    visitor = F.when(has_place & (is_login | ~has_user), F.concat_ws("\n", "location", "user_agent"))
    from_latest = Window.partitionBy("visitor").orderBy(F.desc("event_ms"), F.desc_nulls_last("login"))
    after_row = from_latest.rowsBetween(Window.unboundedPreceding, -1)
    user_changes_ms = F.when(F.col("login.user_id") != F.col("next.user_id"), F.col("next.event_ms"))
    soon = F.col("next.event_ms") - time <= limit_ms
    alone = F.coalesce(F.col("other_ms") - time > limit_ms, F.lit(True))
    logs_in = has_place & ~has_user & soon & alone
    return (
        rows.withColumns(
            {
                "visitor": F.coalesce(visitor, "session_key"),
                "login": F.when(is_login, F.struct("user_id", "event_ms")),
            }
        )
        .withColumn("next", F.last("login", ignorenulls=True).over(after_row))
        .withColumn("other_ms", F.last(user_changes_ms, ignorenulls=True).over(from_latest))
        .withColumns(
            {
                "evidence": F.when(logs_in, "login").otherwise(F.col("evidence")),
                "user_id": F.when(logs_in, F.col("next.user_id")).otherwise(F.col("user_id")),
            }
        )
        .drop("visitor", "login", "next", "other_ms")
    )
