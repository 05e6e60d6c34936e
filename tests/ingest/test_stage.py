"""Log files into bronze on real Delta tables: once each, again from scratch, and on from any point."""

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.ingest import stage
from churn_spark.ingest.stage import ingest
from churn_spark.ingest.tables import BRONZE_EVENTS, LOG_FILES, QUARANTINE
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from tests.ingest.logs import reading, write
from tests.rows import log_line


def items(lake: Lake) -> dict[str, list[int]]:
    """Item numbers by file."""
    found: dict[str, list[int]] = {}
    for row in lake.read(BRONZE_EVENTS).orderBy("source_file", "itemInSession").collect():
        found.setdefault(row.source_file.rsplit("/", 1)[-1], []).append(row.itemInSession)
    return found


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the package warns of; Great Expectations logs too."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("churn_spark")]


def test_each_file_is_taken_once_and_entered_with_what_it_held(lake: Lake, settings: Settings, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    write(logs / "a.json", log_line(), "garbage", log_line(item=1, page="Jam"))
    counts = {"files": 1, "lines": 3, "kept": 2, "quarantined": 1}
    assert ingest(lake, here) == {**counts, "page=Jam": 1}
    # An older file than any that was taken, as `cp -p` leaves it.
    os.utime(write(logs / "b.json", log_line(item=2)), (0, 0))
    assert ingest(lake, here)["files"] == 1
    assert ingest(lake, here) == {}
    assert items(lake) == {"a.json": [0, 1], "b.json": [2]}
    [broken] = lake.read(QUARANTINE).collect()
    assert (broken.line, broken.reason, broken.position, broken.ingest_batch) == ("garbage", "not_json", 2, 1)
    entries = lake.read(LOG_FILES).orderBy("source_file", F.desc("state")).collect()
    assert [(row.ingest_batch, row.lines, row.events, row.quarantined, row.reasons, row.state) for row in entries] == [
        (1, 3, 2, 1, {"not_json": 1}, "planned"),
        (1, 3, 2, 1, {"not_json": 1}, "done"),
        (2, 1, 1, 0, {}, "planned"),
        (2, 1, 1, 0, {}, "done"),
    ]


def test_a_rewritten_file_is_reported_until_a_backfill_replaces_its_rows(
    lake: Lake, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs = tmp_path / "logs"
    here, again = reading(settings, logs), reading(settings, logs, backfill="a*")
    write(logs / "a.json", log_line(), "garbage")
    write(logs / "b.json", log_line(item=1), "other garbage")
    ingest(lake, here)
    write(logs / "a.json", log_line(item=7), log_line(item=8))
    assert ingest(lake, here) == {"files rewritten": 1}
    assert warnings(caplog)[-1].startswith("a.json: rewritten since it was taken")
    for batch in (2, 3):
        assert ingest(lake, again)["kept"] == 2
        assert items(lake) == {"a.json": [7, 8], "b.json": [1]}
        assert [row.line for row in lake.read(QUARANTINE).collect()] == ["other garbage"]
        assert {row.ingest_batch for row in lake.read(BRONZE_EVENTS).where("itemInSession > 6").collect()} == {batch}
    assert ingest(lake, here) == {}


def test_a_backfill_of_nothing_is_refused_and_of_a_file_that_is_gone_said(
    lake: Lake, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs = tmp_path / "logs"
    write(logs / "a.json", log_line())
    ingest(lake, reading(settings, logs))
    (logs / "a.json").unlink()
    with pytest.raises(UserError, match=r"--backfill a\*: no log file of that name below"):
        ingest(lake, reading(settings, logs, backfill="a*"))
    assert warnings(caplog)[-1].startswith("a.json: no longer below")
    assert items(lake) == {"a.json": [0]}


def test_a_truncated_file_is_left_out_until_it_is_whole(
    lake: Lake, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    whole = gzip.compress("\n".join(log_line(item=number) for number in range(2000)).encode())
    write(logs / "b.json", log_line())
    (logs / "a file.json.gz").write_bytes(whole[: len(whole) // 2])
    assert ingest(lake, here) == {
        "files unreadable": 1,
        "files": 1,
        "lines": 1,
        "kept": 1,
        "quarantined": 0,
    }
    assert warnings(caplog) == ["a file.json.gz: left out, cannot be read to its end; the next run tries again"]
    (logs / "a file.json.gz").write_bytes(whole)
    assert ingest(lake, here)["kept"] == 2000


@contextmanager
def growing(file: Path) -> Iterator[None]:
    """The file gets a line more every few milliseconds, as from a slow copy."""
    ended = threading.Event()

    def copy() -> None:
        with file.open("a") as stream:
            while not ended.wait(0.005):
                print(log_line(item=1), file=stream, flush=True)

    copying = threading.Thread(target=copy)
    copying.start()
    yield
    ended.set()
    copying.join()


def test_a_file_that_changes_while_it_is_read_is_left_out_until_it_is_whole(
    lake: Lake, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    write(logs / "a.json", log_line())
    copied = write(logs / "b.json", log_line(item=1) + "\n")
    with growing(copied):
        counts = ingest(lake, here)
    assert (counts["files"], counts["files changing"], items(lake)) == (1, 1, {"a.json": [0]})
    assert warnings(caplog) == ["b.json: left out, changed while being read; the next run tries again"]
    ingest(lake, here)
    assert len(items(lake)["b.json"]) == len(copied.read_text().splitlines())


def test_a_batch_that_breaks_too_often_is_kept_out_until_it_is_mended(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    strict = reading(settings, logs, refuse_broken_share=0.05, batch_bytes=1)
    write(logs / "a.json", log_line())
    write(logs / "b.json", log_line(item=1), "garbage")
    with pytest.raises(DataRefused, match=r"50\.0% of 2 new lines"):
        ingest(lake, strict)
    assert items(lake) == {"a.json": [0]}
    write(logs / "b.json", log_line(item=1), log_line(item=2))
    ingest(lake, strict)
    assert items(lake) == {"a.json": [0], "b.json": [1, 2]}


class Killed(BaseException):
    """Ends a run as kill -9 would: nothing of it is cleaned up."""


@pytest.mark.parametrize("last_write", [LOG_FILES, QUARANTINE, BRONZE_EVENTS])
@pytest.mark.parametrize("rewritten", [False, True])
def test_a_run_that_was_killed_is_gone_on_with(
    lake: Lake, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_write: object, rewritten: bool
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    write(logs / "a.json", log_line(), "garbage")
    write(logs / "b.json", log_line(item=1))
    append = Lake.append

    def append_and_die(self: Lake, table: object, *rest: object, **named: object) -> None:
        append(self, table, *rest, **named)
        if table == last_write:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Lake, "append", append_and_die)
        ingest(lake, here)
    if rewritten:
        write(logs / "a.json", log_line(), log_line(item=9), "more garbage", "and more")
    ingest(lake, here)
    assert items(lake) == {"a.json": [0, 9] if rewritten else [0], "b.json": [1]}
    assert lake.read(QUARANTINE).count() == (2 if rewritten else 1)
    assert ingest(lake, here) == {}


@pytest.mark.parametrize("interrupted", [False, True])
def test_files_that_another_job_took_since_they_were_chosen_are_not_taken_again(
    lake: Lake, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    logs = tmp_path / "logs"
    here = reading(settings, logs)
    write(logs / "a.json", log_line(), "garbage")
    audit = stage.audit

    def stop(*_: object) -> None:
        raise Killed

    def let_the_other_job_go_first(*judged: Any) -> None:
        monkeypatch.setattr(stage, "audit", audit)
        ingest(lake, here)
        audit(*judged)

    if interrupted:
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(stage, "_write", stop)
            ingest(lake, here)
    monkeypatch.setattr(stage, "audit", let_the_other_job_go_first)
    with pytest.raises(DataRefused, match="another ingest job took batch 1 first"):
        ingest(lake, here)
    assert items(lake) == {"a.json": [0]}
    assert lake.read(LOG_FILES).where("state = 'done'").count() == 1
