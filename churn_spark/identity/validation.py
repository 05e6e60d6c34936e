"""Whether the events of a user in a session can have happened in the order of their item numbers."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def with_out_of_sequence(events: DataFrame) -> DataFrame:
    """Add `out_of_sequence`: true where item numbers do not strictly increase with time in the user's track.

    A track is the rows of one user in one session_key. Both rows of a pair that contradict each other are marked.
    A row without a user is false.

    Example: ann has item 3 at 10:00, item 4 at 10:05 and item 5 at 10:02. The items 4 and 5 are marked.
    """
    track = Window.partitionBy("session_id", "session_key", "user_id").orderBy("item_in_session", "event_ms")
    item, ms = F.col("item_in_session"), F.col("event_ms")
    contradicts = [
        item == F.lag(item).over(track),
        item == F.lead(item).over(track),
        ms < F.lag(ms).over(track),
        ms > F.lead(ms).over(track),
    ]
    marked = F.greatest(*[F.coalesce(contradiction, F.lit(False)) for contradiction in contradicts])
    return events.withColumn("out_of_sequence", F.col("user_id").isNotNull() & marked)
