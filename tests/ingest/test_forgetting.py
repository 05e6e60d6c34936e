"""Files that should never have been taken go out of bronze again, whatever the number of runs and kills."""

from pathlib import Path

import pytest
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.identity.stage import update_silver
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.ingest.stage import ingest
from churn_spark.ingest.tables import BRONZE_EVENTS, LOG_FILES, QUARANTINE
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from tests.ingest.logs import reading, write
from tests.rows import log_line


def taken(lake: Lake) -> dict[str, int]:
    """Lines in bronze by the last two parts of their file's path."""
    lines = lake.read(BRONZE_EVENTS).select("source_file").unionAll(lake.read(QUARANTINE).select("source_file"))
    file = F.array_join(F.slice(F.split("source_file", "/"), -2, 2), "/")
    return {row["file"]: row["count"] for row in lines.groupBy(file.alias("file")).count().collect()}


def test_a_backup_that_was_taken_is_the_way_out_that_the_refusal_names(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    for folder, status in ((logs, 200), (logs / "backup", 307)):  # exact copies would be no harm
        write(folder / "a.json", *(log_line(item=number, status=status) for number in range(4)), "garbage")
    ingest(lake, here)
    with pytest.raises(DataRefused, match=r"jobs/ingest\.py --forget 'backup/\*' takes the files of that name out"):
        update_silver(lake, here)
    forget = reading(settings, logs, forget="backup/*")
    assert ingest(lake, forget) == {"files forgotten": 1}
    assert taken(lake) == {"logs/a.json": 5}
    update_silver(lake, here)
    assert lake.read(SILVER_EVENTS).count() == 4
    assert (ingest(lake, forget), ingest(lake, here)) == ({"files forgotten": 0}, {})
    assert ingest(lake, reading(settings, logs, backfill="backup/*"))["kept"] == 4
    assert taken(lake) == {"logs/a.json": 5, "backup/a.json": 5}


def test_a_file_that_is_forgotten_before_it_was_taken_is_never_taken(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    write(logs / "a.json", log_line())
    write(logs / "b [1].json", log_line(item=1))
    assert ingest(lake, reading(settings, logs, forget="b [1].json")) == {"files forgotten": 1}
    assert ingest(lake, reading(settings, logs))["files"] == 1
    write(logs / "b [1].json", log_line(item=1), log_line(item=2))
    assert ingest(lake, reading(settings, logs)) == {}
    assert taken(lake) == {"logs/a.json": 1}


def test_nothing_of_that_name_is_refused(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "logs" / "a.json", log_line())
    with pytest.raises(UserError, match=r"--forget b\*: no log file of that name was taken"):
        ingest(lake, reading(settings, tmp_path / "logs", forget="b*"))


class Killed(BaseException):
    """Ends a run as kill -9 would: nothing of it is cleaned up."""


@pytest.mark.parametrize("last_write", [LOG_FILES, QUARANTINE, BRONZE_EVENTS])
def test_the_next_run_of_any_kind_goes_on_with_a_killed_one(
    lake: Lake, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_write: object
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    write(logs / "a.json", log_line(), "garbage")
    write(logs / "b.json", log_line(item=1), "more garbage")
    ingest(lake, here)
    append = Lake.append

    def append_and_die(self: Lake, table: object, *rest: object, **named: object) -> None:
        append(self, table, *rest, **named)
        if table == last_write:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Lake, "append", append_and_die)
        ingest(lake, reading(settings, logs, forget="b.json"))
    assert ingest(lake, here) == {}
    assert taken(lake) == {"logs/a.json": 2}
    states = lake.read(LOG_FILES).where("ingest_batch = 2").select("state").collect()
    assert {state for (state,) in states} == {"forgetting", "forgotten"}
