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
from churn_spark.settings import SimulateSettings

MARKER = "_SIMULATION"  # says which simulation a folder holds; Spark passes over names with an underscore
_COMPLETE = "_SUCCESS"  # as Hadoop's committers leave in a folder that is all there
_PARTIAL = ".partial"


def claim_folder(folder: str, settings: SimulateSettings) -> bool:
    """Make `folder` the place of this simulation; False where the simulation is all there already.

    Clears away what a killed run of it left half-written.
    Raises UserError where the folder holds anything else, so that neither real logs nor those of other settings
    are overwritten or mixed with these.
    """
    filesystem, path = _open(folder)
    filesystem.create_dir(path)
    files = {info.base_name: info for info in filesystem.get_file_info(FileSelector(path))}
    wanted = settings.model_dump_json()
    if MARKER in files:
        with filesystem.open_input_stream(f"{path}/{MARKER}") as stream:
            found = stream.read().decode()
        if found != wanted:
            raise UserError(f"{folder}: holds the logs of another simulation, {found}; name an empty folder")
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
    """Say in the folder that all of its simulation is there."""
    filesystem, path = _open(folder)
    with _appearing(filesystem, path, _COMPLETE):
        pass


def write_days(folder: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write batches of (day, line), sorted by day and in order within each; yield (day, lines written).

    A file gets its name when it is whole. Every other one ends without a newline, as public logs do.
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
    """A file that appears under its name, in place of an older one, once it is whole."""
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
    """Arrow's file system and path for a local path or a URI; Spark calls S3 s3a."""
    uri = folder.replace("s3a://", "s3://", 1) if ":" in folder else str(Path(folder).absolute())
    try:
        return FileSystem.from_uri(uri)
    except pa.ArrowInvalid as error:
        raise UserError(
            f"{folder}: the simulator cannot write there; name a local folder or an s3, gs, abfs or hdfs URI"
        ) from error
