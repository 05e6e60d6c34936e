"""Whose a missing row is, by the login that follows it."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def by_login(rows: DataFrame, limit_ms: int) -> DataFrame:
    """Give missing rows of known location and user agent to who logs in from there within `limit_ms`, both inclusive.

    Only where one user alone does. A login is a row of the page Login whose user is known by now.
    """
    time, known = F.col("event_ms"), F.col("user_id").isNotNull()
    seen = F.col("location").isNotNull() & F.col("user_agent").isNotNull()
    login = seen & known & (F.col("page") == "Login")
    # Rows that the rule does not concern stay spread out over the sessions.
    visitor = F.when(seen & (login | ~known), F.concat_ws("\n", "location", "user_agent"))
    back = Window.partitionBy("visitor").orderBy(F.desc("event_ms"), F.desc_nulls_last("login"))
    later = back.rowsBetween(Window.unboundedPreceding, -1)
    other = F.when(F.col("login.user_id") != F.col("next.user_id"), F.col("next.event_ms"))
    soon = F.col("next.event_ms") - time <= limit_ms
    alone = F.coalesce(F.col("other_ms") - time > limit_ms, F.lit(True))
    taken = seen & ~known & soon & alone
    return (
        rows.withColumns(
            {
                "visitor": F.coalesce(visitor, "session_key"),
                "login": F.when(login, F.struct("user_id", "event_ms")),
            }
        )
        .withColumn("next", F.last("login", ignorenulls=True).over(later))
        .withColumn("other_ms", F.last(other, ignorenulls=True).over(back))
        .withColumns(
            {
                "evidence": F.when(taken, "login").otherwise(F.col("evidence")),
                "user_id": F.when(taken, F.col("next.user_id")).otherwise(F.col("user_id")),
            }
        )
        .drop("visitor", "login", "next", "other_ms")
    )
