"""Point-in-time joins: what was known at a time, never what came after it."""

from collections import Counter
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.errors import UserError

KEYS = ("user_id", "as_of")


def point_in_time_join(labels: DataFrame, *tables: DataFrame) -> DataFrame:
    """Each row of `labels` with the newest row of its `user_id` in each table whose `as_of` is not after its own.

    Columns: those of `labels`, then the other columns of each table, null for a user without a row up to then.

    One shuffle and one sort, whatever the number of tables. All rows of a user are put on one time line, along which
    the newest row of each table is carried forward. Raises UserError if two tables have a column of the same name.

    Example: ann has a label as of 10 May. A table says 3 songs as of 1 May, 5 as of 8 May and 0 as of 15 May. The label
    gets 5 songs.
    """
    columns = Counter(column for frame in (labels, *tables) for column in _others(frame))
    twice = [column for column, count in columns.items() if count > 1]
    if twice:
        raise UserError(f"two tables of a point-in-time join have {', '.join(twice)}: drop or rename all but one")
    rows = [_as_struct(labels, "fact"), *(_as_struct(table, f"known_{n}") for n, table in enumerate(tables))]
    time_line = reduce(lambda left, right: left.unionByName(right, allowMissingColumns=True), rows)
    # Feature rows of the same moment come before the label, because they use only what lies before that moment.
    order = Window.partitionBy("user_id").orderBy("as_of", F.col("fact").isNotNull())
    so_far = order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    newest_rows = [f"known_{n}" for n in range(len(tables))]
    joined = time_line.withColumns({name: F.last(name, ignorenulls=True).over(so_far) for name in newest_rows})
    return joined.where("fact IS NOT NULL").select(*KEYS, "fact.*", *[f"{name}.*" for name in newest_rows])


def at_newest_as_of(rows: DataFrame) -> DataFrame:
    """The rows of the newest `as_of`."""
    return rows.where(F.col("as_of") == rows.agg(F.max("as_of")).scalar())


def _others(frame: DataFrame) -> list[str]:
    return [column for column in frame.columns if column not in KEYS]


def _as_struct(frame: DataFrame, name: str) -> DataFrame:
    return frame.select(*KEYS, F.struct(*_others(frame)).alias(name))
