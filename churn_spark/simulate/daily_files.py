"""Writes lines as one file a day, YYYY-MM-DD-events.json, on any file system that Arrow knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.fs import FileSelector, FileSystem, FileType

from churn_spark.errors import UserError
from churn_spark.settings.simulate import SimulateSettings

MARKER = "_SIMULATION"  # names the simulation that a folder holds; Spark ignores names with an underscore
_COMPLETE = "_SUCCESS"  # Hadoop's committers leave the same mark in a complete folder
_PARTIAL = ".partial"


def claim_folder(folder: str, settings: SimulateSettings) -> bool:
    """Claim `folder` for this simulation; returns False if the complete simulation is there already.

    Deletes the half-written files of a killed run. Raises UserError if the folder holds anything else. So neither real
    logs nor the logs of other settings are overwritten or mixed with these.
    """
    filesystem, path = _open(folder)
    filesystem.create_dir(path)
    files = {info.base_name: info for info in filesystem.get_file_info(FileSelector(path))}
    wanted = settings.model_dump_json(exclude_none=True)  # as releases before a setting existed have written it
    if MARKER in files:
        with filesystem.open_input_stream(f"{path}/{MARKER}") as stream:
            marked = stream.read().decode()
        if marked != wanted:
            raise UserError(f"{folder}: holds another simulation, {marked}; name an empty folder")
    elif any(not name.startswith(".") for name in files):
        raise UserError(f"{folder}: holds files that the simulator did not write; name an empty folder")
    else:
        with _appearing(filesystem, path, MARKER) as stream:
            stream.write(wanted.encode())
    for name, info in files.items():
        if name.endswith(_PARTIAL):
            filesystem.delete_file(info.path)
    return _COMPLETE not in files


def mark_complete(folder: str) -> None:
    """Mark the folder: the complete simulation is there."""
    filesystem, path = _open(folder)
    with _appearing(filesystem, path, _COMPLETE):
        pass


def write_days(folder: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write batches of (day, line), sorted by day and in order within a day; yield (day, lines written).

    A file gets its name when it is complete. Every second file ends without a newline, as public logs do.
    """
    filesystem, path = _open(folder)
    for day, parts in groupby(_by_day(batches), key=itemgetter(0)):
        written = 0
        with _appearing(filesystem, path, f"{day}-events.json") as stream:
            for _, lines in parts:
                stream.write(("\n" * (written > 0) + "\n".join(lines)).encode())
                written += len(lines)
            stream.write(b"\n" * (day.toordinal() % 2))
        yield pa.RecordBatch.from_pydict({"day": [day], "lines": [written]})


def _by_day(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[date, list[str]]]:
    for batch in batches:
        for day in batch["day"].unique():
            yield day.as_py(), batch["line"].filter(pc.equal(batch["day"], day)).to_pylist()


@contextmanager
def _appearing(filesystem: FileSystem, folder: str, name: str) -> Iterator[pa.NativeFile]:
    """A file that gets its name, and replaces an older file, once it is complete."""
    partial = f"{folder}/.{name}.{uuid4().hex}{_PARTIAL}"
    try:
        with filesystem.open_output_stream(partial) as stream:
            yield stream
        filesystem.move(partial, f"{folder}/{name}")
    except BaseException:
        if filesystem.get_file_info(partial).type != FileType.NotFound:
            filesystem.delete_file(partial)
        raise


def _open(folder: str) -> tuple[FileSystem, str]:
    """Arrow's file system and path for a local path or a URI; the scheme of S3 is s3a in Spark and s3 in Arrow."""
    uri = folder.replace("s3a://", "s3://", 1) if ":" in folder else str(Path(folder).absolute())
    try:
        return FileSystem.from_uri(uri)
    except pa.ArrowInvalid as error:
        raise UserError(
            f"{folder}: the simulator cannot write there; name a local folder or an s3, gs, abfs or hdfs URI"
        ) from error
