"""What bronze and silver cost: against Spark's own JSON reader with a Delta append, by size, and for one new day.

    python tests/benchmarks/bench_bronze.py                  # one million events
    python tests/benchmarks/bench_bronze.py --scaling 10     # and ten million

Each figure is the median of rounds in which all ways take turns. Prints a table and writes it to
build/benchmarks/bronze.md.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pyspark.sql import SparkSession

from churn_spark.contract.fields import FIELDS
from churn_spark.identity.stage import update_sessions, update_silver
from churn_spark.ingest.stage import ingest
from churn_spark.lake import Lake
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.simulate.simulation import simulate_logs

PROJECT = Path(__file__).parent.parent.parent
BUILD = PROJECT / "build" / "benchmarks"
EVENTS_PER_USER = 126  # of the simulator, in 60 days
MARKS = "Marks at a million events: bronze 1.5 x plain (0.1: 3.0), bronze and silver 4 (7.0), a new day 20 % (38 %)."
TYPES = {
    "ms": "DOUBLE",
    "text": "STRING",
    "id": "STRING",
}  # a registration is written 1541044398796.0, which is no BIGINT to Spark's reader


def simulated(spark: SparkSession, settings: Settings, events: int) -> Path:
    """A folder of about so many events in 60 daily files."""
    size = settings.simulate.model_copy(update={"users": events // EVENTS_PER_USER, "days": 60})
    folder = BUILD / f"simulated-{size.users}"
    simulate_logs(spark, size, f"{folder}/logs", f"{folder}/truth")
    return folder / "logs"


def plain(spark: SparkSession, logs: Path, lake: Path) -> None:
    """The least that bronze could do: the reader's own types, appended."""
    schema = ", ".join(f"{field.name} {TYPES.get(field.type, field.type)}" for field in FIELDS)
    spark.read.schema(schema).json(str(logs)).write.format("delta").save(str(lake / "plain"))


def place(settings: Settings, logs: Path, lake: Path) -> Settings:
    """The settings for these logs and this lake."""
    return settings.model_copy(
        update={
            "lake": settings.lake.model_copy(update={"root": str(lake)}),
            "ingest": settings.ingest.model_copy(update={"logs": str(logs)}),
        }
    )


@contextmanager
def without_gate() -> Iterator[None]:
    """What the quality gate costs is measured by bench_quality."""
    with ExitStack() as patches:
        for room in ("quality.gate", "ingest.stage", "features.stage"):
            patches.enter_context(patch(f"churn_spark.{room}.audit", return_value=0))
        yield


def bronze(spark: SparkSession, settings: Settings) -> int:
    """Bronze as the job makes it, without its gate; returns the lines read."""
    with without_gate():
        return ingest(Lake(spark, settings.lake), settings)["lines"]


def silver(spark: SparkSession, settings: Settings) -> None:
    """Silver and its sessions as the job makes them, without the gate."""
    lake = Lake(spark, settings.lake)
    with without_gate():
        update_silver(lake, settings)
        update_sessions(lake)


def timed(taken: list[float], work: Callable[[], Any]) -> Any:
    """Do the work, and add the seconds that it takes."""
    started = time.monotonic()
    result = work()
    taken.append(time.monotonic() - started)
    return result


def measure(spark: SparkSession, settings: Settings, logs: Path, rounds: int) -> dict[str, float]:
    """Medians in seconds of plain, bronze and silver of all days, and of both for the last day; and the lines."""
    days = sorted(logs.glob("*.json"))
    taken: dict[str, list[float]] = {way: [] for way in ("plain", "bronze", "silver", "new bronze", "new silver")}
    lines = 0
    for _ in range(rounds):
        folder, growing = BUILD / "lake", BUILD / "growing"
        for left in (folder, growing):
            shutil.rmtree(left, ignore_errors=True)
        growing.mkdir(parents=True)
        for day in days[:-1]:
            (growing / day.name).hardlink_to(day)
        whole, grown = place(settings, logs, folder / "whole"), place(settings, growing, folder / "grown")
        timed(taken["plain"], partial(plain, spark, logs, folder))
        lines = timed(taken["bronze"], partial(bronze, spark, whole))
        timed(taken["silver"], partial(silver, spark, whole))
        bronze(spark, grown)
        silver(spark, grown)
        (growing / days[-1].name).hardlink_to(days[-1])
        timed(taken["new bronze"], partial(bronze, spark, grown))
        timed(taken["new silver"], partial(silver, spark, grown))
    return {"lines": lines, **{way: statistics.median(times) for way, times in taken.items()}}


def peak_mib(spark: SparkSession) -> int:
    """The most memory that the driver, which is also the executor here, has had (Linux)."""
    assert spark.sparkContext._jvm is not None
    status = Path(f"/proc/{spark.sparkContext._jvm.ProcessHandle.current().pid()}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=1_000_000, help="size of the logs")
    arguments.add_argument("--scaling", type=int, default=1, help="and so many times the size")
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    overrides = [f"lake.root={BUILD}/session", "spark.conf={spark.driver.memory: 2g, spark.ui.enabled: 'false'}"]
    settings = load_settings(PROJECT / "conf" / "local.yml", overrides)
    spark = spark_session(settings)
    cores = spark.sparkContext.defaultParallelism
    table = [
        "| events | plain s | bronze s | x plain | and silver s | x plain | events/s/core | new day s | of all | MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    measure(spark, settings, simulated(spark, settings, given.events), 1)  # warms up
    for events in sorted({given.events, given.events * given.scaling}):
        found = measure(spark, settings, simulated(spark, settings, events), given.rounds)
        both, new = found["bronze"] + found["silver"], found["new bronze"] + found["new silver"]
        table.append(
            f"| {found['lines']:,.0f} | {found['plain']:.1f} | {found['bronze']:.1f} "
            f"| {found['bronze'] / found['plain']:.2f} | {both:.1f} | {both / found['plain']:.2f} "
            f"| {found['lines'] / both / cores:,.0f} | {new:.1f} | {new / both:.1%} | {peak_mib(spark):,} |"
        )
        print("\n".join(table), flush=True)
    table += ["", MARKS]
    print(MARKS)
    (BUILD / "bronze.md").write_text("# Bronze and silver against plain Spark\n\n" + "\n".join(table) + "\n")
    spark.stop()


if __name__ == "__main__":
    main()
