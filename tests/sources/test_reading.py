"""Files of a source are read as their formats say, or it is told why not."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import DataRefused, UserError
from churn_spark.identity.tables import USER_PSEUDONYMS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.sources.reading import read_source
from churn_spark.sources.stage import sources
from churn_spark.sources.tables import TICKETS
from tests.sources.settings import with_source

COLUMNS: dict[str, str | None] = {"ticket_id": "id", "user_id": "who", "opened_at": "at"}
RFC_4180 = (
    "\ufeffid,subject,who,at\r\n"
    '1,"two\r\nlines, and a comma",ann,2026-01-20\r\n'
    '2,"she said ""stop, now"" twice",bob,2026-01-20\r\n'
    '3,"ends with a backslash \\",cid,2026-01-20\r\n'
    "\r\n"
    "4,it's 5\" wide,dee,2026-01-20\r\n"
    '5,"",eve,2026-01-20\r\n'
)


def tickets(settings: Settings, location: Path, **source: str) -> Settings:
    return with_source(settings, "tickets", COLUMNS, location=str(location), **source)


def test_quotes_commas_and_line_breaks_are_those_of_rfc_4180(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(RFC_4180, newline="")
    rows = read_source(spark, "tickets", tickets(settings, file))
    assert rows is not None
    found = [(row.id, row.subject, row.who) for row in rows.collect()]
    assert [(number, who) for number, _, who in found] == [
        *zip("12345", ("ann", "bob", "cid", "dee", "eve"), strict=True)
    ]
    assert [subject for _, subject, _ in found][1:4] == [
        'she said "stop, now" twice', "ends with a backslash \\", "it's 5\" wide",
    ]  # fmt: skip
    assert found[0][1].splitlines() == ["two", "lines, and a comma"]


def test_a_row_with_too_few_fields_is_named(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(f"{RFC_4180}7,too few fields,fay\n")
    with pytest.raises(DataRefused, match=r"location: the row with ticket_id '7' has more or fewer fields") as refused:
        sources(lake, tickets(settings, file))
    assert "fay" not in str(refused.value)
    assert not lake.exists(TICKETS)


def test_files_with_another_order_of_columns_are_refused(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "january.csv").write_text("id,who,at\n1,ann,2026-01-20\n2,ann,2026-01-20\n")
    (tmp_path / "february.csv").write_text("who,id,at\nbob,3,2026-02-20\n")
    with pytest.raises(UserError, match=r"other columns, or the same in another order; give all of them the same"):
        sources(lake, tickets(settings, tmp_path))


def test_a_parquet_file_with_user_ids_as_floats_meets_the_users(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    times = pa.array([datetime(2026, 1, 20)], pa.timestamp("us", "UTC"))
    pyarrow.parquet.write_table(pa.table({"id": [1], "who": [10000001.0], "at": times}), tmp_path / "t.parquet")
    sources(lake, tickets(settings, tmp_path / "t.parquet", format="parquet"))
    assert [row.raw_user_id for row in lake.read(USER_PSEUDONYMS).collect()] == ["10000001"]


def test_times_in_nanoseconds_are_told_with_the_cure(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    times = pa.array([1], pa.timestamp("ns", "UTC"))
    pyarrow.parquet.write_table(pa.table({"at": times}), tmp_path / "t.parquet")
    with pytest.raises(UserError, match=r"t\.parquet: cannot be read: a time column counts nanoseconds; write it in"):
        read_source(spark, "tickets", tickets(settings, tmp_path / "t.parquet", format="parquet"))


def test_a_web_page_is_named(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("<!DOCTYPE html>\n<title>Login</title>\n")
    with pytest.raises(UserError, match=r"^sources\.tickets\.location: .*tickets\.csv: is a web page and not the file"):
        read_source(spark, "tickets", tickets(settings, file))
