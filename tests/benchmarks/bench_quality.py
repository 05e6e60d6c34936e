"""What the quality gate costs: bronze rows parsed, kept, audited and written, each part timed in one session.

    python -m tests.benchmarks.bench_quality LOGS [REPORT]

LOGS is a folder of JSON-lines logs; the table goes to REPORT too, by default build/benchmarks/quality.md. Beside the
gate stand Great Expectations' own expectations that say the same of single columns, on the same persisted rows.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.contract.fields import EXPECTED, FIELDS
from churn_spark.ingest.expectations import bronze_events
from churn_spark.ingest.parsing import kept, parse
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.lake import Lake
from churn_spark.quality.gate import audit
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings

PROJECT = Path(__file__).parents[2]
ROUNDS = 3


def seconds(part: Callable[[], object]) -> float:
    started = time.perf_counter()
    part()
    return time.perf_counter() - started


def standard_expectations(rows: DataFrame) -> None:
    import great_expectations
    from great_expectations import ExpectationSuite
    from great_expectations import expectations as gxe

    suite = ExpectationSuite("standard", expectations=[
        *[gxe.ExpectColumnValuesToNotBeNull(column=field.name) for field in FIELDS if field.required],
        *[gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(known)) for name, known in EXPECTED.items()],
        gxe.ExpectColumnValuesToBeBetween(column="ts", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="itemInSession", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="length", min_value=0, strict_min=True),
        gxe.ExpectColumnValuesToNotBeNull(column="userId", mostly=0.8),
    ])  # fmt: skip
    context = great_expectations.get_context(mode="ephemeral")
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset("rows")
    asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows}).validate(suite)


def one_round(lake: Lake, settings: Settings, logs: str, batch: int) -> dict[str, float]:
    files = lake.spark.read.option("pathGlobFilter", "*.json*").text(logs)
    lines = files.select(
        F.col("value").alias("line"),
        F.col("_metadata.file_path").alias("source_file"),
        F.lit(batch).cast("bigint").alias("ingest_batch"),
    )
    rows = kept(parse(lines, settings.ingest)).persist()
    try:
        return {
            "parse and persist": seconds(rows.count),
            "write to Delta": seconds(lambda: lake.append(BRONZE_EVENTS, rows, "bench", batch)),
            "gate": seconds(lambda: audit(lake, BRONZE_EVENTS, rows, bronze_events(settings.ingest))),
            "standard expectations": seconds(lambda: standard_expectations(rows)),
        }
    finally:
        rows.unpersist()


def main(logs: str, report: Path) -> None:
    with tempfile.TemporaryDirectory() as root:
        settings = load_settings(PROJECT / "conf" / "local.yml", [f"lake.root={root}"])
        lake = Lake(spark_session(settings), settings.lake)
        imported = seconds(lambda: import_module("churn_spark.quality.validation"))
        _, *rounds = [one_round(lake, settings, logs, batch) for batch in range(ROUNDS + 1)]  # the first one warms up
        events = lake.read(BRONZE_EVENTS).count() // (ROUNDS + 1)
    medians = {part: median(each[part] for each in rounds) for part in rounds[0]}
    medians["import of Great Expectations, once per process"] = imported
    job = medians["parse and persist"] + medians["write to Delta"]
    table = [
        f"{events:,} events, medians of {ROUNDS} rounds",
        "",
        "| part | seconds | of the job without gate |",
        "| --- | ---: | ---: |",
        *[f"| {part} | {spent:.2f} | {spent / job:.0%} |" for part, spent in medians.items()],
        "",
    ]
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("\n".join(table), encoding="utf-8")
    print("\n".join(table))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else PROJECT / "build" / "benchmarks" / "quality.md"))
