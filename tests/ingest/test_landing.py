"""The landing folder: which files are found, how they are read, put into portions, and named."""

import bz2
import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.ingest.landing import LogFile, landed_files, matches, name_of, named, other_files, portions, read_lines
from tests.ingest.logs import write


def listed(spark: SparkSession, folder: Path) -> list[LogFile]:
    return [LogFile(*row) for row in landed_files(spark, str(folder)).orderBy("source_file").collect()]


def test_plain_and_compressed_files_are_read_alike(spark: SparkSession, tmp_path: Path) -> None:
    text = b"first\nsecond"
    (tmp_path / "plain.json").write_bytes(text)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    (tmp_path / "b.ndjson.bz2").write_bytes(bz2.compress(text))
    with pa.CompressedOutputStream(str(tmp_path / "z.json.zst"), "zstd") as stream:
        stream.write(text)
    files = listed(spark, tmp_path)
    assert [name_of(file.source_file) for file in files] == ["a.jsonl.gz", "b.ndjson.bz2", "plain.json", "z.json.zst"]
    lines = read_lines(spark, str(tmp_path), files).groupBy("line").count().collect()
    assert {line: count for line, count in lines} == {"first": 4, "second": 4}


def test_files_below_the_folder_are_found_but_for_hidden_and_other_ones(spark: SparkSession, tmp_path: Path) -> None:
    write(tmp_path / "day=2018-11-01" / "a [1]%20é.json", "line")
    for other in ("_tmp/b.json", ".c.json", "d.json.partial", "e.csv"):
        write(tmp_path / other, "line")
    [file] = listed(spark, tmp_path)
    assert (name_of(file.source_file), file.bytes) == ("a [1]%20é.json", 4)
    assert read_lines(spark, str(tmp_path), [file]).count() == 1


def test_the_ending_may_be_in_capitals_but_not_that_of_a_compression(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("A.JSON", "b.Jsonl", "c.json", "d.JSON.GZ", "e.json.GZ", "f.txt", "_g.csv", "h.zip"):
        write(tmp_path / "sub" / name, "line")
    assert [name_of(file.source_file) for file in listed(spark, tmp_path)] == ["A.JSON", "b.Jsonl", "c.json"]
    assert other_files(spark, str(tmp_path)) == (4, ["d.JSON.GZ", "e.json.GZ", "f.txt"])


def test_the_folder_is_no_pattern_if_there_is_one_of_that_name(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "a [1]{2,3}? * #%20`ü"
    for place in (folder, tmp_path / "a 12x y #%20`ü"):
        write(place / "a.json", "line")
    [file] = listed(spark, folder)
    assert read_lines(spark, str(folder), [file]).count() == 1


def test_only_the_files_asked_for_are_opened(spark: SparkSession, tmp_path: Path) -> None:
    write(tmp_path / "a.json", "line")
    (tmp_path / "corrupt.json.gz").write_bytes(b"no gzip")
    first, _ = listed(spark, tmp_path)
    assert read_lines(spark, str(tmp_path), [first]).count() == 1


def test_a_missing_folder_is_named(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ingest\.logs: cannot read the folder .*/nowhere"):
        landed_files(spark, str(tmp_path / "nowhere"))


def test_portions_keep_to_the_size_and_the_order() -> None:
    mib = 1 << 20
    files = [LogFile(name, size * mib, 0) for name, size in (("a", 2), ("b", 1), ("c", 9), ("d", 0), ("e", 3))]
    assert [[file.source_file for file in portion] for portion in portions(files, 4 * mib)] == [
        ["a", "b"],
        ["c"],
        ["d", "e"],
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("2018-11-05*", True), ("2018-11-05 a.json", True), ("logs/2018*", True), ("11-05*", False), ("*", True)],
)
def test_a_backfill_names_a_file_or_the_end_of_its_path(pattern: str, expected: bool) -> None:
    assert matches("file:/data/logs/2018-11-05%20a.json", pattern) is expected


@pytest.mark.parametrize("pattern", ["a [1].json", "a [1]*", "logs/a [1].json", "a [[]1].json"])
def test_brackets_may_be_part_of_the_name(pattern: str) -> None:
    assert matches("file:/data/logs/a%20[1].json", pattern)


def test_a_message_names_a_few_files_and_counts_the_rest() -> None:
    assert named([f"file:/logs/{name}.json" for name in "cab"]) == "a.json, b.json, c.json"
    assert named([f"file:/logs/{name}.json" for name in "cabed"]) == "a.json, b.json, c.json and 2 more"
