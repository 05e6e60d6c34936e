"""Lakes that jobs left, and whether two of them hold the same."""

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

from churn_spark.all_tables import ALL_TABLES
from churn_spark.lake import Lake
from churn_spark.settings.reading import load_settings
from churn_spark.table import Table

LOCAL = Path(__file__).parent.parent / "conf" / "local.yml"
OF_EACH_RUN = (
    "bronze.files",
    "ops.runs",
    "ops.quality",
    "ops.parity",
    "ops.promotions",
    "ops.comparisons",
    "ops.trials",
    "ops.searches",
)  # differ from run to run


def lake_at(spark: SparkSession, root: Path) -> Lake:
    """The lake that a local job left there."""
    return Lake(spark, load_settings(LOCAL, [f"lake.root={root}"]).lake)


def contents(spark: SparkSession, root: Path) -> dict[str, tuple[int, int]]:
    """Rows and a hash of the rows of every table that is not of each run, in any order."""
    lake, hashes = lake_at(spark, root), {}
    for table in compared(lake):
        rows = comparable(lake, table)
        count, digest = rows.agg(F.count("*"), F.sum(F.xxhash64(*rows.columns).cast("decimal(38, 0)"))).first()
        hashes[table.name] = (count, int(digest or 0))
    return hashes


def assert_same_tables(spark: SparkSession, root: Path, expected: Path, *, without: tuple[str, ...] = ()) -> None:
    """Every table of the two lakes has the same rows; else the first row is shown that only one of them has."""
    ours, theirs = contents(spark, root), contents(spark, expected)
    assert ours.keys() == theirs.keys()
    different = [name for name in theirs if ours[name] != theirs[name] and name not in without]
    for table in (table for table in ALL_TABLES if table.name in different):
        left, right = (comparable(lake_at(spark, place), table) for place in (root, expected))
        only = [one.exceptAll(other.select(*one.columns)).first() for one, other in ((left, right), (right, left))]
        raise AssertionError(
            f"{table.name}: {ours[table.name][0]} rows, expected {theirs[table.name][0]}\n"
            f"first unexpected row: {only[0]}\nfirst missing row:    {only[1]}"
        )


def compared(lake: Lake) -> list[Table]:
    return [table for table in ALL_TABLES if table.name not in OF_EACH_RUN and lake.exists(table)]


def comparable(lake: Lake, table: Table) -> DataFrame:
    """The rows without run times, the folders of log files and batch numbers; maps as sorted lists."""
    rows = lake.read(table)
    dropped = [name for name in ("scored_at", "ingest_batch") if name in rows.columns]
    rows = rows.drop(*dropped)
    if "source_file" in rows.columns:
        rows = rows.withColumn("source_file", F.substring_index("source_file", "/", -1))
    maps = [field.name for field in rows.schema if isinstance(field.dataType, MapType)]
    return rows.withColumns({name: F.array_sort(F.map_entries(name)) for name in maps}).select(*sorted(rows.columns))
