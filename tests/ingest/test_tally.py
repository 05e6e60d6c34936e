"""The audit of a batch: counts by file, positions, and when a batch is refused."""

from collections import Counter

import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import DataRefused
from churn_spark.ingest.tally import Tally, refuse_broken, tally, with_positions

COLUMNS = "source_file STRING, block_start BIGINT, row BIGINT, reason STRING, unexpected STRING"
# b.json was read in two blocks, the second one in an earlier task.
LINES = [
    ("a.json", 0, 0, None, "page=Jam"),
    ("a.json", 0, 1, "not_json", None),
    ("b.json", 900, 2, "missing_ts", None),
    ("b.json", 900, 4, "blank", None),
    ("b.json", 900, 3, None, None),
    ("b.json", 0, 1 << 33, None, None),
    ("b.json", 0, (1 << 33) + 1, "not_json", None),
]


def test_lines_are_counted_by_file_and_reason(spark: SparkSession) -> None:
    found = tally(spark.createDataFrame(LINES, COLUMNS))
    assert found.events == {"a.json": 1, "b.json": 2}
    assert found.reasons("b.json") == {"missing_ts": 1, "not_json": 1}
    assert (found.lines, found.unexpected) == (6, 1)


def test_positions_count_on_from_block_to_block(spark: SparkSession) -> None:
    lines = spark.createDataFrame(LINES, COLUMNS)
    numbered = with_positions(lines.where("reason != 'blank'"), tally(lines))
    assert {(row.source_file, row.position) for row in numbered.collect()} == {
        ("a.json", 2),
        ("b.json", 2),
        ("b.json", 3),
    }


def test_a_batch_is_refused_above_the_share_with_reasons_and_files() -> None:
    broken = Counter({("f/a.json", "not_json"): 7, ("f/b.json", "missing_ts"): 3})
    found = Tally(Counter({"f/a.json": 90}), broken, 0, {})
    refuse_broken(found, 0.1, lambda file: None)
    with pytest.raises(DataRefused) as refusal:
        refuse_broken(found, 0.09, lambda file: f"{file} is a picture")
    message = str(refusal.value)
    assert message.startswith(
        "10.0% of 100 new lines break the event contract, more than ingest.refuse_broken_share (9.0%)"
    )
    assert (
        "not_json 7 (7.0%), missing_ts 3 (3.0%); most in a.json 7 of 97, b.json 3 of 3; a.json: f/a.json is a picture"
        in message
    )
