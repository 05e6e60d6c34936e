"""The user of a missing row, told by the tracks of its own session."""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from churn_spark.identity.tracks import PERSON, SESSION, agrees

PLACE = ("event_ms", "item_in_session")
IN_TIME = (*PLACE, "page", "level")


def by_runs(rows: DataFrame, gap_ms: int) -> DataFrame:
    """Give each run of missing rows the user of the track that it continues or leads to.

    A run is missing rows of one person whose item numbers follow each other in order of time. It has two sides:

    - The source is the latest row before the run whose track lacks the number with which the run begins.
    - The target is the earliest row after the run whose track lacks the number with which the run ends.

    A side names its user under three conditions:

    - No column of PERSON differs.
    - The pause between run and side is at most `gap_ms`.
    - The numbers and times of the run fit into the gap of the track.

    A side is clear if no other track is about as near: the next candidate disagrees or is more than twice as far.

    - Evidence "both sides": both sides name the same user.
    - Evidence "one side": exactly one side names a user and is clear.
    - Otherwise the rows stay unknown.

    Example: a session has the items 4 (ann), 5 and 6 (missing) and 20 (bob). The run 5, 6 continues ann's track.
    With 7 (bob) in place of 20 it would lead to bob's track as well, and stay unknown.
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
        .drop("first", "last", "source", "target", "from_user", "to_user")
    )


def _in_runs(rows: DataFrame) -> DataFrame:
    """Find the runs of missing rows.

    - `first`: event_ms and item_in_session of the first row of the run; null if the row is not missing
    - `head`, `tail`: whether the row is the first or the last of its run

    Example: the items 5, 6 and 8 are missing, in this order of time. The heads are 5 and 8, the tails 6 and 8.
    """
    missing = F.col("missing")
    in_time = Window.partitionBy(*SESSION, "missing").orderBy(*IN_TIME)
    goes_on = (F.col("previous.item_in_session") + 1 == F.col("item_in_session")) & agrees("previous")
    return (
        rows.withColumn("previous", F.lag(F.struct("item_in_session", *PERSON)).over(in_time))
        .withColumn("head", missing & ~F.coalesce(goes_on, F.lit(False)))
        .withColumn("tail", missing & F.coalesce(F.lead("head").over(in_time), F.lit(True)))
        .withColumn("first", F.last(F.when(F.col("head"), F.struct(*PLACE)), ignorenulls=True).over(in_time))
        .withColumn("first", F.when(missing, F.col("first")))
        .drop("previous")
    )


def _at_their_ends(rows: DataFrame) -> DataFrame:
    """Find the rows of tracks that each run meets.

    - `last`: event_ms and item_in_session of the last row of the run
    - `source`: the row of a track that the first row of the run follows, or null
    - `target`: the row of a track that the last row of the run leads to, or null

    `meets` is the item number at which a run and a track may meet: rows that meet share a window.
    """
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
        .drop("before", "after", "head", "tail", "meets")
    )


def _with_nearest_end(rows: DataFrame, name: str, where: Column, order: WindowSpec) -> DataFrame:
    """Add column `name` to the rows `where` it applies: the row of a track that comes right before in `order`.

    It is null if a missing row comes right before. Its field `clear` is true in three cases:

    - There is no rival: no row of a track comes before that row in `order`.
    - The rival disagrees about the person.
    - The rival is more than twice as far in time.
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
    """The user of `source`, if the run lies within `gap_ms` after it and before the next row of its track."""
    in_time = F.col("first.event_ms") - F.col("source.event_ms") <= gap_ms
    fewer = F.col("last.item_in_session") < F.col("source.after.item_in_session")
    earlier = F.col("last.event_ms") <= F.col("source.after.event_ms")
    return F.when(agrees("source") & in_time & F.coalesce(fewer & earlier, F.lit(True)), F.col("source.user_id"))


def _led_to(gap_ms: int) -> Column:
    """The user of `target`, if the run lies within `gap_ms` before it and after the previous row of its track."""
    in_time = F.col("target.event_ms") - F.col("last.event_ms") <= gap_ms
    more = F.col("first.item_in_session") > F.col("target.before.item_in_session")
    later = F.col("first.event_ms") >= F.col("target.before.event_ms")
    return F.when(agrees("target") & in_time & F.coalesce(more & later, F.lit(True)), F.col("target.user_id"))


def by_registration(rows: DataFrame) -> DataFrame:
    """Give a row without a user the only user of the session who has the same time of registration."""
    registered = Window.partitionBy(*SESSION, "registration_ms")
    lowest, highest = F.min("user_id").over(registered), F.max("user_id").over(registered)
    one_user = F.col("user_id").isNull() & F.col("registration_ms").isNotNull() & (lowest == highest)
    return rows.withColumns(
        {
            "evidence": F.when(one_user, "registration").otherwise(F.col("evidence")),
            "user_id": F.when(one_user, lowest).otherwise(F.col("user_id")),
        }
    )


def by_only_user(rows: DataFrame) -> DataFrame:
    """Give a missing row the only user of its session, if it lies in a gap of that user's track.

    The rows with a user right before and right after the row in time bound the gap. One of them must agree about the
    person. Adds `users`, how many users the session names: 0, 1, or 2 for several.

    Example: ann alone is named, with item 3 at 10:03 and item 9 at 10:09. Item 6 at 10:05 is in the gap, so it is hers.
    Item 2 at 10:05 is not.
    """
    session = Window.partitionBy(*SESSION)
    from_earliest = session.orderBy(*IN_TIME).rowsBetween(Window.unboundedPreceding, -1)
    from_latest = session.orderBy(*map(F.desc, IN_TIME)).rowsBetween(Window.unboundedPreceding, -1)
    recovered, item = F.col("evidence").isNotNull(), F.col("item_in_session")
    neighbor = F.struct(
        "item_in_session",
        *PERSON,
        (F.col("opens_left") | recovered).alias("opens_left"),
        (F.col("opens_right") | recovered).alias("opens_right"),
    )
    neighbor_with_user = F.when(F.col("user_id").isNotNull(), neighbor)
    lowest, highest = F.min("user_id").over(session), F.max("user_id").over(session)
    above = F.col("earlier.opens_right") & (F.col("earlier.item_in_session") < item)
    below = F.col("later.opens_left") & (F.col("later.item_in_session") > item)
    alike = [F.col(name).isNotNull() & agrees(name) for name in ("earlier", "later")]
    fits = F.coalesce(above, F.lit(True)) & F.coalesce(below, F.lit(True)) & F.greatest(*alike)
    takes_only_user = F.col("user_id").isNull() & (F.col("users") == 1) & fits
    return (
        rows.withColumns(
            {
                "users": F.when(lowest.isNull(), 0).when(lowest == highest, 1).otherwise(2),
                "only_user": lowest,
                "earlier": F.last(neighbor_with_user, ignorenulls=True).over(from_earliest),
                "later": F.last(neighbor_with_user, ignorenulls=True).over(from_latest),
            }
        )
        .withColumns(
            {
                "evidence": F.when(takes_only_user, "fits").otherwise(F.col("evidence")),
                "user_id": F.when(takes_only_user, F.col("only_user")).otherwise(F.col("user_id")),
            }
        )
        .drop("only_user", "earlier", "later", "opens_left", "opens_right")
    )
