"""How many missing user IDs are recovered, and how many of these rightly.

On simulated logs the truth is known; on logs of your own it is known of the IDs that the benchmark hides itself.
Prints a table and writes it as Markdown.

  python -m tests.benchmarks.bench_recovery [--users 3000] [--logs /data/logs ...] [--to build/benchmarks/recovery.md]
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from churn_spark.identity.events import to_silver_names, without_duplicates
from churn_spark.identity.recovery import recover_user_ids
from churn_spark.identity.sessions import with_session_key
from churn_spark.identity.validation import with_out_of_sequence
from churn_spark.ingest.parsing import kept, parse
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.simulate.simulation import simulate_logs

LOCAL = Path(__file__).parent.parent.parent / "conf" / "local.yml"
KEYS = ("session_id", "event_ms", "item_in_session", "page")
OF_THE_PERSON = ("user_id", "registration_ms", "gender", "location", "user_agent")
RUN = 8  # rows of a user's track that are hidden together
COLUMNS = ("logs", "case", "missing", "found", "right of the found", "ambiguous", "orphan", "taken back")


def silver(spark: SparkSession, logs: str, settings: Settings) -> DataFrame:
    """The logs as silver has them before the recovery."""
    lines = spark.read.option("pathGlobFilter", "*.json*").text(logs).withColumnRenamed("value", "line")
    placed = lines.withColumns({"source_file": F.lit(""), "ingest_batch": F.lit(0)})
    bronze = parse(placed, settings.ingest).transform(kept)
    events = bronze.transform(without_duplicates).transform(to_silver_names)
    return events.transform(with_session_key, settings.identity.session_gap_hours).localCheckpoint()


def share_hidden(percent: int) -> Column:
    """So many of 100 rows, at random."""
    return F.pmod(F.xxhash64(*KEYS), F.lit(100)) < percent


def runs_hidden(percent: int) -> Column:
    """So many of 100 runs of RUN rows of a user in a session."""
    return F.pmod(F.xxhash64("session_key", "user_id", F.floor(F.col("item_in_session") / RUN)), F.lit(100)) < percent


def hide(events: DataFrame, hidden: Column) -> DataFrame:
    """Take away all that the rows tell of the person, as real logs do where they tell no user."""
    return events.withColumns({name: F.when(~F.coalesce(hidden, F.lit(False)), F.col(name)) for name in OF_THE_PERSON})


HIDDEN = {
    "5 % hidden": lambda: share_hidden(5),
    "20 % hidden": lambda: share_hidden(20),
    f"10 % hidden in runs of {RUN}": lambda: runs_hidden(10),
}


def judged(events: DataFrame, truth: DataFrame | None, settings: Settings) -> DataFrame:
    """The rows that name no user, after the recovery, with `true_user`, `case`, `elsewhere`, `users` and `several`.

    elsewhere: a line of the session names the true user. users: how many users the lines of the session name.
    several: the row before or behind it in its track names nobody either.
    """
    named = events.where("user_id IS NOT NULL").select("session_key", F.col("user_id").alias("true_user")).distinct()
    users = named.groupBy("session_key").agg(F.count("*").alias("users"))
    missing = recover_user_ids(events, settings.identity).where("NOT user_id_source <=> 'logged'")
    if truth is None:
        missing = missing.withColumns({"true_user": F.lit(None).cast("string"), "case": F.lit("not named by the logs")})
    else:
        missing = missing.join(truth.dropDuplicates(list(KEYS)), list(KEYS), "left")
    track = Window.partitionBy("session_key", "true_user").orderBy("item_in_session")
    beside = [F.lag("item_in_session").over(track) + 1, F.lead("item_in_session").over(track) - 1]
    return (
        missing.join(named.withColumn("elsewhere", F.lit(True)), ["session_key", "true_user"], "left")
        .join(users, "session_key", "left")
        .fillna({"elsewhere": False, "users": 0})
        .withColumn(
            "several", F.greatest(*[F.coalesce(F.col("item_in_session") == item, F.lit(False)) for item in beside])
        )
    )


def table(logs: str, rows: DataFrame) -> Iterator[tuple[str, ...]]:
    """A line of COLUMNS for each case that a row can be."""
    source = F.concat_ws(" ", F.lit("  given by"), "user_id_source", F.lit("at confidence"), "user_id_confidence")
    cases = F.array(
        F.lit("all"),
        F.when(F.col("elsewhere"), "user named in the session"),
        F.when(F.col("elsewhere") & (F.col("users") == 1), "  and nobody else"),
        F.when(F.col("elsewhere") & (F.col("users") > 1), "  and others"),
        F.when(F.col("elsewhere") & F.col("several"), "  run of several missing rows"),
        F.concat(F.lit("case "), "case"),
        F.when(F.col("user_id_source").isNotNull(), source),
    )
    count = (
        rows.withColumn("kind", F.explode(F.array_compact(cases)))
        .groupBy("kind")
        .agg(
            F.count("*").alias("missing"),
            F.count("user_id").alias("found"),
            F.count_if(F.col("user_id") == F.col("true_user")).alias("right"),
            F.count_if(F.col("user_id").isNotNull() & F.col("true_user").isNotNull()).alias("judged"),
            F.count_if(F.col("user_id").isNull() & (F.col("users") > 0)).alias("ambiguous"),
            F.count_if(F.col("user_id").isNull() & (F.col("users") == 0)).alias("orphan"),
            F.count_if(F.col("user_id_confidence") == 0).alias("taken back"),
        )
        .orderBy(F.trim("kind"))
    )
    for row in count.collect():
        right = f"{row.right / row.judged:.3%}" if row.judged else "-"
        yield (logs, row.kind, f"{row.missing:,}", f"{row.found / row.missing:.3%}", right, *map(str, row[5:]))


def out_of_sequence(logs: str, events: DataFrame, settings: Settings) -> str:
    """How many rows contradict their track after the recovery."""
    rows = recover_user_ids(events, settings.identity).transform(with_out_of_sequence).where("out_of_sequence")
    logged = rows.where("user_id_source = 'logged'").count()
    return f"{logs}: out of sequence {logged} logged and {rows.count() - logged} recovered rows"


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--users", type=int, default=3000, help="customers of the simulated logs")
    arguments.add_argument("--logs", nargs="*", default=[], help="folders of logs of your own")
    arguments.add_argument("--to", type=Path, default=Path("build/benchmarks/recovery.md"))
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(LOCAL, [f"lake.root={folder}", f"simulate.users={given.users}"])
        spark = spark_session(settings)
        simulate_logs(spark, settings.simulate, settings.logs, str(settings.truth))
        truth = spark.read.parquet(f"{settings.truth}/events").select(
            F.col("sessionId").alias("session_id"),
            F.col("ts").alias("event_ms"),
            F.col("itemInSession").alias("item_in_session"),
            "page",
            F.col("userId").alias("true_user"),
            F.when(F.col("logged"), "hidden by the benchmark").otherwise(F.col("case")).alias("case"),
        )
        lines: list[tuple[str, ...]] = []
        notes: list[str] = []
        for logs in [settings.logs, *given.logs]:
            simulated = logs == settings.logs
            name = "simulated" if simulated else Path(logs).name
            events = silver(spark, logs, settings)
            of_logged = events.where("user_id IS NOT NULL").select(
                *KEYS, F.col("user_id").alias("true_user"), F.lit("hidden by the benchmark").alias("case")
            )
            known = truth if simulated else of_logged
            lines += table(name, judged(events, truth if simulated else None, settings))
            notes.append(out_of_sequence(name, events, settings))
            for how, hidden in HIDDEN.items():
                lines += table(f"{name}, {how}", judged(hide(events, hidden()), known, settings))
            write(given.to, lines, notes)
        spark.stop()
    print(given.to.read_text(encoding="utf-8"))


def write(to: Path, lines: list[tuple[str, ...]], notes: list[str]) -> None:
    """The table so far, as Markdown."""
    shown = [COLUMNS, *lines]
    widths = [max(len(line[column]) for line in shown) for column in range(len(COLUMNS))]
    rows = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in shown
    ]
    rows.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text("\n".join([*rows, "", *notes, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
