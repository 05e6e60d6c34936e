"""Measure the feature platform on simulated events: `python -m tests.benchmarks.bench_features --users 6000 --days 90`.

6,000 users of 90 days have about 1M events, 60,000 about 10M. All is measured from silver.events to rows that nothing
writes, interleaved, in one warm session; a table of medians and ratios goes to build/benchmarks/features.md.
"""

import argparse
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES, OWN
from churn_spark.behavior.online import online_features
from churn_spark.behavior.tiles import EVENT_COLUMNS, SESSION
from churn_spark.calendar import as_of_grid
from churn_spark.clock import DAY
from churn_spark.features.batch import percentiles, user_days, user_features, with_relative_features
from churn_spark.features.point_in_time import point_in_time_join
from churn_spark.features.stage import update_behavior, update_user_days
from churn_spark.features.tables import USER_DAYS
from churn_spark.identity.stage import identity
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.ingest.stage import ingest
from churn_spark.lake import Lake
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.simulate.stage import simulate
from tests.benchmarks.bench_bronze import BUILD, bronze, place, silver, simulated, timed, without_gate
from tests.benchmarks.features_in_sql import duckdb_query, naive_aggregates

CONFIG = Path(__file__).parents[2] / "conf" / "local.yml"
REPORT = Path("build/benchmarks/features.md")
WEEKS = 12
PARTS = ("build", "duckdb", "naive", "point-in-time", "new-day", "raw", "online")
RAW_EVENTS = 344_000


def run(rows: DataFrame) -> None:
    rows.write.format("noop").mode("overwrite").save()


def interleaved(repeat: int, **tasks: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each task, after one round to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeat + 1):
        for name, task in tasks.items():
            timed(seconds[name], task)
    return {name: statistics.median(measured[1:]) for name, measured in seconds.items()}


def behavior(tiles: DataFrame, as_of_days: list[date]) -> None:
    known = user_features(tiles, as_of_days).persist()
    run(with_relative_features(known, percentiles(known)))
    known.unpersist()


def naive(events: DataFrame, as_of: date) -> DataFrame:
    customers = events.select("user_id").distinct()
    for name, (days, aggregate) in naive_aggregates().items():
        window = events.where((F.col("event_date") < as_of) & (F.date_diff(F.lit(as_of), "event_date") <= days))
        feature = window.groupBy("user_id").agg(F.expr(aggregate.replace("session_id", SESSION)).alias(name))
        customers = customers.join(feature, "user_id", "left")
    return customers


def build(events: DataFrame, newest: date, repeat: int, silver: str, sides: set[str]) -> list[str]:
    weekly = [newest - timedelta(weeks=week) for week in range(WEEKS)]
    tasks: dict[str, Callable[[], object]] = {
        "scan and count": lambda: run(events.groupBy("user_id", "event_date").count()),
        "tiles": lambda: run(user_days(events)),
        "one as_of": lambda: behavior(user_days(events), [newest]),
        "twelve as_of": lambda: behavior(user_days(events), weekly),
    }
    if "duckdb" in sides:
        tasks["DuckDB, one as_of"] = lambda: duckdb.sql(duckdb_query(silver, [newest], SESSION)).to_arrow_table()
        tasks["DuckDB, twelve as_of"] = lambda: duckdb.sql(duckdb_query(silver, weekly, SESSION)).to_arrow_table()
    if "naive" in sides:
        tasks["naive, one as_of"] = lambda: run(naive(events, newest))
    took = interleaved(repeat, **tasks)
    ratios = [
        ratio(took, "one as_of", "scan and count", "at most 2"),
        ratio(took, "twelve as_of", "one as_of", "at most 2.5"),
    ]
    if "duckdb" in sides:
        ratios += [ratio(took, f"{dates} as_of", f"DuckDB, {dates} as_of", "") for dates in ("one", "twelve")]
    if "naive" in sides:
        ratios.append(ratio(took, "naive, one as_of", "one as_of", "at least 5"))
    return [*map(seconds_of, took.items()), *ratios]


def point_in_time(spark: SparkSession, repeat: int, users: int, days: int) -> list[str]:
    """A label per user and day, at a time of that day, with three daily tables, against the inequality join."""
    first = 1_767_225_600  # 2026-01-01
    grid = spark.range(users * days).select(
        (F.col("id") % users).cast("string").alias("user_id"),
        F.timestamp_seconds(first + (F.col("id") / users).cast("bigint") * 86_400).alias("as_of"),
        F.col("id").cast("double").alias("value"),
    )
    in_day = F.make_interval(secs=(F.rand(7) * 86_399).cast("decimal(18,6)"))
    facts = grid.select("user_id", (F.col("as_of") + in_day).alias("as_of"), F.col("value").alias("label")).persist()
    tables = [grid.withColumnRenamed("value", f"value_{n}").persist() for n in range(3)]
    for frame in (facts, *tables):
        run(frame)

    def inequality() -> DataFrame:
        joined = facts
        for n, table in enumerate(tables):
            right = table.withColumnsRenamed({"user_id": "right_user", "as_of": "right_as_of"})
            pairs = joined.join(
                right, (joined.user_id == right.right_user) & (right.right_as_of <= joined.as_of), "left"
            )
            newest = F.max_by(f"value_{n}", "right_as_of").alias(f"value_{n}")
            joined = pairs.groupBy(*joined.columns).agg(newest)
        return joined

    took = interleaved(
        repeat,
        **{
            "point-in-time join": lambda: run(point_in_time_join(facts, *tables)),
            "inequality joins": lambda: run(inequality()),
        },
    )
    for frame in (facts, *tables):
        frame.unpersist()
    return [*map(seconds_of, took.items()), ratio(took, "inequality joins", "point-in-time join", "at least 10")]


def new_day(whole: Lake, settings: Settings, newest: date, repeat: int) -> list[str]:
    """Tiles and features of 60 days, of which the last comes alone, from silver to tables, without the gate."""
    days = [newest - timedelta(days=ago) for ago in range(60, 0, -1)]
    silver = whole.read(SILVER_EVENTS).where(F.col("event_date") >= days[0])
    lake = Lake(whole.spark, settings.lake.model_copy(update={"root": f"{settings.lake.root}-new-day"}))

    def publish(rows: DataFrame, where: str, days: list[date] | None) -> None:
        lake.replace(SILVER_EVENTS, rows.where(where), where, {"bronze.events": 1}, days)

    def update(name: str, day: date) -> None:
        timed(seconds[f"tiles of {name}"], partial(update_user_days, lake))
        grid = as_of_grid(days[0], day, settings.features.step_days, settings.features.min_history_days)
        with without_gate():
            timed(seconds[f"features of {name}"], partial(update_behavior, lake, [*grid, day + DAY], settings))

    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(repeat + 1):
        shutil.rmtree(lake.settings.root, ignore_errors=True)
        publish(silver.where(F.col("event_date") < days[-1]), "true", None)
        update("59 days", days[-2])
        publish(silver, f"event_date = DATE'{days[-1]}'", [days[-1]])
        update("1 new day", days[-1])
    took = {name: statistics.median(measured[1:]) for name, measured in seconds.items()}
    for name in ("59 days", "1 new day"):
        took[name] = took[f"tiles of {name}"] + took[f"features of {name}"]
    marked = [ratio(took, day, "59 days", "at most 0.12") for day in ("tiles of 1 new day", "1 new day")]
    return [*map(seconds_of, took.items()), *marked]


def raw(spark: SparkSession, settings: Settings, repeat: int) -> list[str]:
    """From JSON lines to the features of one as_of, in tables, without gates."""
    logs = simulated(spark, settings, RAW_EVENTS)
    seconds = []
    for _ in range(repeat + 1):
        shutil.rmtree(BUILD / "lake", ignore_errors=True)
        here = place(settings, logs, BUILD / "lake" / "raw")
        lake = Lake(spark, here.lake)
        steps: list[float] = []
        timed(steps, partial(bronze, spark, here))
        timed(steps, partial(silver, spark, here))
        timed(steps, partial(update_user_days, lake))
        newest = lake.read(USER_DAYS).agg(F.max("day")).collect()[0][0] + timedelta(days=1)
        with without_gate():
            timed(steps, partial(update_behavior, lake, [newest], settings))
        seconds.append(steps)
    took = [statistics.median(step) for step in zip(*seconds[1:], strict=True)]
    count = lake.read(SILVER_EVENTS).count()
    return [
        f"| JSON to features, {count:,} events | {sum(took):.2f} s | | at most 20 s |",
        f"| of that bronze, silver, tiles, features | {', '.join(f'{step:.1f}' for step in took)} s | | |",
    ]


def online(lake: Lake, newest: date, customers: int = 300) -> list[str]:
    """Milliseconds for one customer: from tiles alone, and with the events of its last day."""
    users = [
        row[0]
        for row in lake.read(USER_DAYS).select("user_id").distinct().orderBy("user_id").limit(customers).collect()
    ]
    tiles = lake.read(USER_DAYS).where(F.col("user_id").isin(users)).toArrow()
    last_day = F.col("event_date") == newest - timedelta(days=1)
    events = (
        lake.read(SILVER_EVENTS).where(F.col("user_id").isin(users)).where(last_day).select(*EVENT_COLUMNS).toArrow()
    )
    bounds = {feature.name: [1.0, 2.0, 3.0, 4.0] for feature in OWN}

    def of_user(table: pa.Table, user: str) -> pa.Table:
        return table.filter(pa.compute.equal(table["user_id"], user)).combine_chunks()

    inputs = [(of_user(tiles, user), of_user(events, user)) for user in users]
    none = events.slice(0, 0)
    lines = []
    for name, with_events in (("tiles", False), ("tiles and events", True)):
        measured = []
        for of_tiles, of_events in inputs:
            start = time.perf_counter()
            online_features(of_tiles, of_events if with_events else none, newest, bounds)
            measured.append(1000 * (time.perf_counter() - start))
        lines.append(f"| online, {name}: median of {customers} customers | {statistics.median(measured):.2f} ms | | |")
    return lines


def seconds_of(measured: tuple[str, float]) -> str:
    name, seconds = measured
    return f"| {name} | {seconds:.2f} s | | |"


def ratio(took: dict[str, float], part: str, whole: str, mark: str) -> str:
    return f"| {part} / {whole} | | {took[part] / took[whole]:.2f} | {mark} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=6000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--labels", type=int, nargs=2, default=(12_000, 84), metavar=("USERS", "DAYS"))
    parser.add_argument("--lake", type=Path, help="a lake with silver.events; made where it has none")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--report", type=Path, default=REPORT)
    arguments = parser.parse_args()
    root = arguments.lake or Path(f"build/benchmarks/lake-{arguments.users}-{arguments.days}")
    sizes = [f"simulate.users={arguments.users}", f"simulate.days={arguments.days}", f"lake.root={root}"]
    settings = load_settings(CONFIG, sizes)
    spark = spark_session(settings)
    lake = Lake(spark, settings.lake)
    if not lake.exists(SILVER_EVENTS):
        for stage in (simulate, ingest, identity):
            stage(lake, settings)
    if "online" in arguments.parts and not lake.exists(USER_DAYS):
        lake.replace(USER_DAYS, user_days(lake.read(SILVER_EVENTS)))
    events = lake.read(SILVER_EVENTS).where("user_id IS NOT NULL")
    count, last = events.agg(F.count("*"), F.max("event_date")).collect()[0]
    newest = last + timedelta(days=1)
    files = ", ".join(f"'{file}'" for file in lake.read(SILVER_EVENTS).inputFiles())
    sides = set(arguments.parts)
    lines = [
        f"# Features, {count:,} events",
        "",
        f"{len(BEHAVIOR_FEATURES)} features; medians of {arguments.repeat} interleaved runs on "
        f"{spark.sparkContext.defaultParallelism} cores.",
        "",
        "| measured | time | ratio | mark |",
        "| --- | --- | --- | --- |",
    ]
    if "build" in sides:
        lines += build(events, newest, arguments.repeat, f"read_parquet([{files}])", sides)
    if "point-in-time" in sides:
        lines += point_in_time(spark, arguments.repeat, *arguments.labels)
    if "new-day" in sides:
        lines += new_day(lake, settings, newest, arguments.repeat)
    if "raw" in sides:
        lines += raw(spark, settings, arguments.repeat)
    if "online" in sides:
        lines += online(lake, newest)
    arguments.report.parent.mkdir(parents=True, exist_ok=True)
    arguments.report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    spark.stop()


if __name__ == "__main__":
    main()
