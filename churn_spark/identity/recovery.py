"""Missing user IDs, recovered from the other events of the session."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F


def recover_user_ids(events: DataFrame) -> DataFrame:
    """Fill `user_id` where the session tells it and say in `user_id_source` how it is known.

    logged: the line names the user. session: the only user that the session names. sequence: in a session of several
    users, a run of rows without a user continues the item numbers of the named row before it in time, or leads to
    those of the named row after it; where both sides claim the run for different users it stays unknown (null).
    """
    session = Window.partitionBy("session_id")
    in_time = session.orderBy("event_ms", "item_in_session", "page", F.asc_nulls_last("user_id"))
    first, last = F.min("user_id").over(session), F.max("user_id").over(session)
    placed = events.withColumns({"position": F.row_number().over(in_time), "only_user": F.when(first == last, first)})
    before = _nearest_user(session.orderBy("position"))
    after = _nearest_user(session.orderBy(F.desc("position")))
    sequence = placed.withColumns({"before": before, "after": after}).withColumn(
        "sequence_user",
        F.when(F.coalesce(F.col("before") == F.col("after"), F.lit(True)), F.coalesce("before", "after")),
    )
    return sequence.withColumns(
        {
            "user_id": F.coalesce("user_id", "only_user", "sequence_user"),
            "user_id_source": F.when(F.col("user_id").isNotNull(), "logged")
            .when(F.col("only_user").isNotNull(), "session")
            .when(F.col("sequence_user").isNotNull(), "sequence"),
        }
    ).drop("position", "only_user", "before", "after", "sequence_user")


def _nearest_user(order: WindowSpec) -> Column:
    """User of the last named row by `order`, where the item numbers from there to this row leave no gap."""
    named = F.when(F.col("user_id").isNotNull(), F.struct("user_id", "item_in_session", "position"))
    nearest = F.last(named, ignorenulls=True).over(order.rowsBetween(Window.unboundedPreceding, -1))
    items = F.col("item_in_session") - nearest["item_in_session"]
    return F.when(items == F.col("position") - nearest["position"], nearest["user_id"])
