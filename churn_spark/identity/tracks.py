"""The track of a user in a session: item numbers in step with time, and the gaps in it that missing rows may fill."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

SESSION = ("session_id", "session_key")  # one shuffle, by session_id, serves all windows over these
PERSON = ("level", "registration_ms", "location", "user_agent")  # what may speak for or against a user


def missing_and_ends(events: DataFrame) -> DataFrame:
    """The rows without a user, and of those with one the ends of tracks and of gaps in them, and the logins.

    Columns: session, user, time, number, page and PERSON; whether the row is `missing` its user, and `event`, then all
    else of it; `before` and `after`, item_in_session and event_ms of the neighbours in the track; `opens_left` and
    `opens_right`, whether numbers are missing there. The inside of a track, most of all rows, takes no further part.
    """
    track = Window.partitionBy(*SESSION, "user_id").orderBy("item_in_session", "event_ms")
    payload = [name for name in events.columns if name != "user_id"]
    place, item = F.struct("item_in_session", "event_ms"), F.col("item_in_session")
    named = F.col("user_id").isNotNull()
    return (
        events.repartition("session_id")
        .select(
            *SESSION,
            "user_id",
            "event_ms",
            "item_in_session",
            "page",
            *PERSON,
            (~named).alias("missing"),
            F.when(~named, F.struct(*payload)).alias("event"),
        )
        .withColumns(
            {
                "before": F.when(named, F.lag(place).over(track)),
                "after": F.when(named, F.lead(place).over(track)),
            }
        )
        .withColumns(
            {
                "opens_left": named & F.coalesce(F.col("before.item_in_session") < item - 1, item > 0),
                "opens_right": named & F.coalesce(F.col("after.item_in_session") > item + 1, F.lit(True)),
            }
        )
        .where("missing OR opens_left OR opens_right OR page = 'Login'")
    )


def agrees(other: str) -> Column:
    """Whether the row and the struct `other` do not contradict each other about the person."""
    same = [F.coalesce(F.col(f"{other}.{name}") == F.col(name), F.lit(True)) for name in PERSON]
    return F.least(*same)
