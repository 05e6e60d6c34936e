"""Write, audit, publish: what is refused is never in the table, and what was found is kept either way."""

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import DataRefused, UserError
from churn_spark.ingest.expectations import bronze_events
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.lake import Lake
from churn_spark.quality.data_docs import document
from churn_spark.quality.finding import Finding
from churn_spark.quality.gate import audit
from churn_spark.quality.tables import QUALITY
from churn_spark.settings.all import Settings
from tests.rows import bronze, logged

NOW = "2026-01-02T03:04:05+00:00"


def publish(lake: Lake, rows: DataFrame, settings: Settings, batch: int = 0) -> None:
    audit(lake, BRONZE_EVENTS, rows, bronze_events(settings.ingest))
    lake.append(BRONZE_EVENTS, rows, "ingest", batch)


def test_a_refused_batch_never_reaches_the_readers(lake: Lake, spark: SparkSession, settings: Settings) -> None:
    publish(lake, bronze(spark, logged()), settings)
    refused = bronze(spark, logged("someone", item=-1), logged(item=1))
    with pytest.raises(DataRefused) as refusal:
        publish(lake, refused, settings, batch=1)
    page = Path(settings.lake.data_docs_folder, "index.html")
    assert str(refusal.value) == (
        "bronze.events: expected that itemInSession counts from 0, but unexpected are 1 of 2 rows (50.00%); "
        f"nothing of this batch was published, and {page} shows all that was found"
    )
    assert lake.read(BRONZE_EVENTS).count() == 1
    lake.write_recorded()
    found = lake.read(QUALITY).where("column_name = 'itemInSession' AND expectation LIKE '%from 0'")
    assert {(row.success, row.unexpected_rows, row.unexpected_share) for row in found.collect()} == {
        (True, 0, 0.0),
        (False, 1, 0.5),
    }
    assert "</a>: refused, " in page.read_text()
    for file in page.parent.iterdir():
        assert "someone" not in file.read_text()


def test_a_warning_is_counted_and_recorded(lake: Lake, spark: SparkSession, settings: Settings) -> None:
    rows = bronze(spark, logged(page="Jam"))
    assert audit(lake, BRONZE_EVENTS, rows, bronze_events(settings.ingest)) == 1
    lake.write_recorded()
    [warning] = lake.read(QUALITY).where("NOT success").collect()
    assert (warning.table_name, warning.column_name, warning.severity) == ("bronze.events", "page", "warning")


def test_a_finding_that_no_suite_can_make_refuses_too(lake: Lake, spark: SparkSession, settings: Settings) -> None:
    leak = Finding("songs alone does not tell who churned", "songs", "critical", False, observed=0.997)
    with pytest.raises(DataRefused, match=r"songs alone does not tell who churned, but observed is 0\.997"):
        audit(lake, BRONZE_EVENTS, bronze(spark, logged()), bronze_events(settings.ingest), [lambda rows: [leak]])


def finding(table: str) -> Finding:
    return Finding(f"<b> of {table}", None, "critical", True, 3, 1, None)


def test_data_docs_show_every_table_and_ask_no_other_host(tmp_path: Path) -> None:
    for table in ("bronze.events", "silver.events", "bronze.events"):
        page = document(str(tmp_path), table, [finding(table)], NOW)
    shown = page.read_text()
    assert [shown.count(f"<td>&lt;b&gt; of {table}</td>") for table in ("bronze.events", "silver.events")] == [1, 1]
    assert "1 of 3 rows unexpected (33.333%)" in shown
    assert "http" not in shown


@pytest.mark.parametrize(
    ("folder", "message"), [("s3a://lake/docs", "name a local folder"), ("file/docs", "cannot write")]
)
def test_a_place_that_data_docs_cannot_take_is_named(folder: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = folder if "://" in folder else str(tmp_path / folder)
    with pytest.raises(UserError, match=rf"lake\.data_docs: .*{message}"):
        document(place, "bronze.events", [finding("bronze.events")], NOW)
