"""Whose a missing row is, by the tracks of its own session."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from churn_spark.identity.tracks import PERSON, SESSION, agrees

PLACE = ("event_ms", "item_in_session")
IN_TIME = (*PLACE, "page", "level")


def by_runs(rows: DataFrame, gap_ms: int) -> DataFrame:
    """Give runs of missing rows, numbers in step with time, to the track that they continue or lead to.

    A run continues the newest open end whose number its own first one follows, and leads to the next open start whose
    number follows its last one, where the person agrees, the track's other numbers and times leave room, and the pause
    is at most `gap_ms`. It stays unknown where both sides name different users, and where one side alone names any and
    other tracks are about as near.
    """
    clear_from, clear_to = (
        F.when(F.col("source.clear"), F.col("from_user")),
        F.when(F.col("target.clear"), F.col("to_user")),
    )
    return (
        rows.transform(_in_runs)
        .transform(_at_their_ends)
        .withColumns({"from_user": _continued(gap_ms), "to_user": _led_to(gap_ms)})
        .withColumn(
            "evidence",
            F.when(F.col("from_user") == F.col("to_user"), "both sides").when(
                clear_from.isNull() != clear_to.isNull(), "one side"
            ),
        )
        .withColumn(
            "user_id",
            F.when(F.col("evidence") == "both sides", F.col("from_user"))
            .when(F.col("evidence") == "one side", F.coalesce(clear_from, clear_to))
            .otherwise(F.col("user_id")),
        )
        .drop("previous", "first", "last", "head", "tail", "meets", "source", "target", "from_user", "to_user")
        .drop("before", "after")
    )


def _in_runs(rows: DataFrame) -> DataFrame:
    """Add `first` (event_ms, item_in_session of the run's first row), `head` and `tail` to the missing rows."""
    missing = F.col("missing")
    in_time = Window.partitionBy(*SESSION, "missing").orderBy(*IN_TIME)
    goes_on = (F.col("previous.item_in_session") + 1 == F.col("item_in_session")) & agrees("previous")
    return (
        rows.withColumn("previous", F.lag(F.struct("item_in_session", *PERSON)).over(in_time))
        .withColumn("head", missing & ~F.coalesce(goes_on, F.lit(False)))
        .withColumn("tail", missing & F.coalesce(F.lead("head").over(in_time), F.lit(True)))
        .withColumn("first", F.last(F.when(F.col("head"), F.struct(*PLACE)), ignorenulls=True).over(in_time))
        .withColumn("first", F.when(missing, F.col("first")))
    )


def _at_their_ends(rows: DataFrame) -> DataFrame:
    """Add to the rows of a run `last`, and `source` and `target`, the ends of tracks that it meets or null."""
    item, missing = F.col("item_in_session"), F.col("missing")
    meeting, run = Window.partitionBy(*SESSION, "meets"), Window.partitionBy(*SESSION, "first")
    up_to_head = meeting.orderBy("event_ms", F.asc_nulls_last("user_id"), *IN_TIME)
    down_to_tail = meeting.orderBy(F.desc("event_ms"), F.asc_nulls_last("user_id"), *IN_TIME)
    return (
        rows.withColumn("meets", F.when(F.col("opens_right"), item + 1).when(F.col("head"), item))
        .transform(_with_nearest_end, "source", F.col("head"), up_to_head)
        .withColumn("meets", F.when(F.col("opens_left"), item - 1).when(F.col("tail"), item))
        .transform(_with_nearest_end, "target", F.col("tail"), down_to_tail)
        .withColumns(
            {
                "source": F.when(missing, F.max("source").over(run)),
                "target": F.when(missing, F.max("target").over(run)),
                "last": F.max(F.struct(*PLACE)).over(run),
            }
        )
    )


def _with_nearest_end(rows: DataFrame, name: str, where: Column, order: WindowSpec) -> DataFrame:
    """Add the end of a track that comes right before by `order`, and whether it is `clear`.

    It is where any other that the person may have is more than twice as far in time.
    """
    end = F.when(~F.col("missing"), F.struct("user_id", *PLACE, *PERSON, "before", "after"))
    far = F.abs(F.col("rival.event_ms") - F.col("event_ms")) > 2 * F.abs(F.col(f"{name}.event_ms") - F.col("event_ms"))
    clear = F.col("rival").isNull() | far | ~agrees("rival")
    return (
        rows.withColumns({name: F.lag(end).over(order), "rival": F.lag(end, 2).over(order)})
        .withColumn(name, F.when(where, F.col(name).withField("clear", clear)))
        .drop("rival")
    )


def _continued(gap_ms: int) -> Column:
    in_time = F.col("first.event_ms") - F.col("source.event_ms") <= gap_ms
    fewer = F.col("last.item_in_session") < F.col("source.after.item_in_session")
    earlier = F.col("last.event_ms") <= F.col("source.after.event_ms")
    return F.when(agrees("source") & in_time & F.coalesce(fewer & earlier, F.lit(True)), F.col("source.user_id"))


def _led_to(gap_ms: int) -> Column:
    in_time = F.col("target.event_ms") - F.col("last.event_ms") <= gap_ms
    more = F.col("first.item_in_session") > F.col("target.before.item_in_session")
    later = F.col("first.event_ms") >= F.col("target.before.event_ms")
    return F.when(agrees("target") & in_time & F.coalesce(more & later, F.lit(True)), F.col("target.user_id"))


def by_registration(rows: DataFrame) -> DataFrame:
    """Give missing rows that tell a time of registration to the only user of the session who has it."""
    registered = Window.partitionBy(*SESSION, "registration_ms")
    first, last = F.min("user_id").over(registered), F.max("user_id").over(registered)
    known = F.col("user_id").isNull() & F.col("registration_ms").isNotNull() & (first == last)
    return rows.withColumns(
        {
            "evidence": F.when(known, "registration").otherwise(F.col("evidence")),
            "user_id": F.when(known, first).otherwise(F.col("user_id")),
        }
    )


def by_only_user(rows: DataFrame) -> DataFrame:
    """Give missing rows to the only user whom the session names, where number and time lie in a gap of the track.

    The gap is bounded by the known rows before and after the row in time; the person must agree with one of them.
    Adds `users`: how many users the session names: 0, 1, or 2 for several.
    """
    session = Window.partitionBy(*SESSION)
    in_time = session.orderBy(*IN_TIME).rowsBetween(Window.unboundedPreceding, -1)
    back = session.orderBy(*map(F.desc, IN_TIME)).rowsBetween(Window.unboundedPreceding, -1)
    recovered, item = F.col("evidence").isNotNull(), F.col("item_in_session")
    neighbour = F.struct(
        "item_in_session",
        *PERSON,
        (F.col("opens_left") | recovered).alias("opens_left"),
        (F.col("opens_right") | recovered).alias("opens_right"),
    )
    known = F.when(F.col("user_id").isNotNull(), neighbour)
    first, last = F.min("user_id").over(session), F.max("user_id").over(session)
    above = F.col("earlier.opens_right") & (F.col("earlier.item_in_session") < item)
    below = F.col("later.opens_left") & (F.col("later.item_in_session") > item)
    alike = [F.col(name).isNotNull() & agrees(name) for name in ("earlier", "later")]
    fits = F.coalesce(above, F.lit(True)) & F.coalesce(below, F.lit(True)) & F.greatest(*alike)
    taken = F.col("user_id").isNull() & (F.col("users") == 1) & fits
    return (
        rows.withColumns(
            {
                "users": F.when(first.isNull(), 0).when(first == last, 1).otherwise(2),
                "only_user": first,
                "earlier": F.last(known, ignorenulls=True).over(in_time),
                "later": F.last(known, ignorenulls=True).over(back),
            }
        )
        .withColumns(
            {
                "evidence": F.when(taken, "fits").otherwise(F.col("evidence")),
                "user_id": F.when(taken, F.col("only_user")).otherwise(F.col("user_id")),
            }
        )
        .drop("only_user", "earlier", "later", "opens_left", "opens_right")
    )
