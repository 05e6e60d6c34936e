"""The simulation on Spark, block by block."""

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_DAY
from churn_spark.session import cached
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.blocks import MAX_TASKS, number_of_blocks
from churn_spark.simulate.daily_files import claim_folder, mark_complete, write_days
from churn_spark.simulate.deliveries import DELIVERIES, deliver
from churn_spark.simulate.life import STARTS, session_starts
from churn_spark.simulate.parameters import RESTART_DAYS
from churn_spark.simulate.parts import Part, draw_parts
from churn_spark.simulate.truth import EVENTS, HAZARDS, true_events, true_hazards

Batches = Iterator[pa.RecordBatch]


def simulate_logs(spark: SparkSession, size: SimulateSettings, logs: str, truth: str) -> None:
    """Write the simulated logs, one file a day, and apart from them the truth; folders are local paths or URIs.

    - `<logs>/YYYY-MM-DD-events.json`: the lines that arrived on that day, UTC; a file gets its name once complete.
    - `<truth>/events`, `<truth>/hazards`: Parquet with EVENTS and HAZARDS of `churn_spark.simulate.truth`.

    The same settings give the same content, whatever the cluster. A complete simulation is left as it is.
    Raises UserError if `logs` holds anything but this simulation.
    """
    if not claim_folder(logs, size):
        return
    hazards = of_all_blocks(spark, size, true_hazards, HAZARDS)
    hazards.write.mode("overwrite").parquet(f"{truth}/hazards")
    with cached(_numbered_sessions(spark, size)) as numbered:
        events = numbered.mapInArrow(partial(_of_parts, true_events, size), EVENTS)
        events.write.mode("overwrite").parquet(f"{truth}/events")
        deliveries = numbered.mapInArrow(partial(_of_parts, deliver, size), DELIVERIES)
        _write_logs(deliveries, logs)
    mark_complete(logs)


def of_all_blocks(
    spark: SparkSession, settings: SimulateSettings, rows: Callable[[SimulateSettings, int], pa.RecordBatch], ddl: str
) -> DataFrame:
    """The rows of every block, with the columns of the DDL."""
    blocks = spark.range(0, number_of_blocks(settings), 1, _tasks(settings)).withColumnRenamed("id", "block")
    return blocks.mapInArrow(partial(_of_blocks, rows, settings), ddl)


def _tasks(settings: SimulateSettings) -> int:
    return min(number_of_blocks(settings), MAX_TASKS)


def _numbered_sessions(spark: SparkSession, settings: SimulateSettings) -> DataFrame:
    """For each block the IDs of its sessions, in the block's order.

    Every server numbers its sessions as they start, and all servers count from 1 again every RESTART_DAYS. So an ID
    comes again after a week. In the same hours several servers use it, as in logs merged from several servers.
    """
    starts = of_all_blocks(spark, settings, session_starts, STARTS)
    week = F.floor(F.col("start") / (RESTART_DAYS * MS_PER_DAY))
    as_they_start = Window.partitionBy("server", week).orderBy("start", "block", "session")
    numbered = starts.withColumn("id", F.row_number().over(as_they_start).cast("long"))
    sessions = F.array_sort(F.collect_list(F.struct("session", "id")))
    by_block = numbered.groupBy("block").agg(sessions.getField("id").alias("session_ids"))
    return by_block.repartition(_tasks(settings))


def _write_logs(deliveries: DataFrame, logs: str) -> None:
    in_order = deliveries.repartition("day").sortWithinPartitions("day", "arrival", "user", "item")
    files = in_order.select("day", "line").mapInArrow(partial(write_days, logs), "day date, lines long")
    files.write.format("noop").mode("overwrite").save()


def _of_blocks(
    rows: Callable[[SimulateSettings, int], pa.RecordBatch], settings: SimulateSettings, batches: Batches
) -> Batches:
    for batch in batches:
        for block in batch["block"].to_pylist():
            yield rows(settings, block)


def _of_parts(
    rows: Callable[[SimulateSettings, Part], pa.RecordBatch], settings: SimulateSettings, batches: Batches
) -> Batches:
    for batch in batches:
        for block, session_ids in zip(batch["block"].to_pylist(), batch["session_ids"], strict=True):
            for part in draw_parts(settings, block, session_ids.values.to_numpy()):
                yield rows(settings, part)
