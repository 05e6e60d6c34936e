"""The track of a user in a session: item numbers that increase with time, with gaps that missing rows may fill."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

SESSION = ("session_id", "session_key")  # windows over both need one shuffle in all, the one by session_id
PERSON = ("level", "registration_ms", "location", "user_agent")  # columns that may speak for or against a user


def missing_and_ends(events: DataFrame) -> DataFrame:
    """Keep the rows without a user, the rows of users beside a gap of their track, and the logins.

    The inside of a track is most of all rows and takes no further part.

    Example: the lines of a session name ann for the items 2, 3, 4, 7 and 8.

    - 2 and 7 stay: `opens_left`, because 0, 1, 5 and 6 are missing before them.
    - 4 and 8 stay: `opens_right`, because 5 and 6 are missing after 4, and the track may go on after 8.
    - 3 goes, unless its page is Login.

    Columns:

    - session, user, time, item number and page of the row, and PERSON
    - `missing`: whether the line names no user
    - `event`: all columns of a missing row except `user_id`, as a struct
    - `before`, `after`: item_in_session and event_ms of the neighbors in the track
    - `opens_left`, `opens_right`: whether item numbers are missing between the row and that neighbor
    """
    track = Window.partitionBy(*SESSION, "user_id").orderBy("item_in_session", "event_ms")
    payload = [name for name in events.columns if name != "user_id"]
    place, item = F.struct("item_in_session", "event_ms"), F.col("item_in_session")
    has_user = F.col("user_id").isNotNull()
    return (
        events.repartition("session_id")
        .select(
            *SESSION,
            "user_id",
            "event_ms",
            "item_in_session",
            "page",
            *PERSON,
            (~has_user).alias("missing"),
            F.when(~has_user, F.struct(*payload)).alias("event"),
        )
        .withColumns(
            {
                "before": F.when(has_user, F.lag(place).over(track)),
                "after": F.when(has_user, F.lead(place).over(track)),
            }
        )
        .withColumns(
            {
                "opens_left": has_user & F.coalesce(F.col("before.item_in_session") < item - 1, item > 0),
                "opens_right": has_user & F.coalesce(F.col("after.item_in_session") > item + 1, F.lit(True)),
            }
        )
        .where("missing OR opens_left OR opens_right OR page = 'Login'")
    )


def agrees(other: str) -> Column:
    """Whether the row and the struct `other` may be of the same person: no column of PERSON differs.

    A null agrees with every value.
    """
    same = [F.coalesce(F.col(f"{other}.{name}") == F.col(name), F.lit(True)) for name in PERSON]
    return F.least(*same)
