"""The landing folder: its log files, the choice of files to take, and their lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import unquote

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import UserError
from churn_spark.session import local_path

NAMES = "*.{json,jsonl,ndjson}{,.gz,.bz2,.zst}"
# Case of the letters is free, except behind the last dot of a compressed file: by that Spark chooses how to read it.
GLOB = "*.{[jJ][sS][oO][nN],[jJ][sS][oO][nN][lL],[nN][dD][jJ][sS][oO][nN]}{,.gz,.bz2,.zst}"
IS_LOG = r"(?i:.*\.(json|jsonl|ndjson))(\.(gz|bz2|zst))?"
SMALLEST = 1 << 20  # bytes that a smaller file counts for: opening it costs as much
SHOWN = 3  # files that a message names


class LogFile(NamedTuple):
    """A file as it was listed: its URI, its size, and when it was modified, ms since epoch."""

    source_file: str
    bytes: int
    modified_ms: int


def landed_files(spark: SparkSession, folder: str) -> DataFrame:
    """All log files below the folder that are not empty, with the columns of LogFile.

    Spark ignores names that begin with a dot or an underscore. Raises UserError if there is no such folder.
    """
    return _load(spark, folder, "binaryFile", GLOB).select(
        F.col("_metadata.file_path").alias("source_file"),
        F.col("_metadata.file_size").alias("bytes"),
        F.unix_millis("_metadata.file_modification_time").alias("modified_ms"),
    )


def read_lines(spark: SparkSession, folder: str, files: Sequence[LogFile]) -> DataFrame:
    """The lines of the files, unparsed: `line`, `source_file`, `block_start`, `row`.

    Spark reads a large file in blocks. `row` counts the lines of a block, and may start at any number.
    """
    file = F.col("_metadata.file_path")  # Spark has it from the listing, and does not open the other files
    return (
        _load(spark, folder, "text", GLOB)
        .where(file.isin([file.source_file for file in files]))
        .select(
            F.col("value").alias("line"),
            file.alias("source_file"),
            F.col("_metadata.file_block_start").alias("block_start"),
            F.monotonically_increasing_id().alias("row"),
        )
    )


def other_files(spark: SparkSession, folder: str) -> tuple[int, list[str]]:
    """The number of files below the folder that are no log files by their names, and the names of a few of them."""
    names = _load(spark, folder, "binaryFile", "*").select(F.col("_metadata.file_name").alias("name"))
    others = names.where(~F.col("name").rlike(f"^{IS_LOG}$"))
    count = others.count()
    return count, [name for (name,) in others.orderBy("name").limit(SHOWN).collect()] if count else []


def _load(spark: SparkSession, folder: str, kind: str, names: str) -> DataFrame:
    reader = spark.read.format(kind).option("recursiveFileLookup", "true").option("pathGlobFilter", names)
    try:
        return reader.load(_literal(spark, folder))
    except AnalysisException as error:
        raise UserError(f"ingest.logs: cannot read the folder {folder}; name a folder of JSON-lines logs") from error


def _literal(spark: SparkSession, folder: str) -> str:
    """The folder as Spark must be given it: where there is a folder of that very name, it is no pattern of names."""
    path = local_path(spark, folder)
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", folder) if path is not None and path.exists() else folder


def matches(source_file: str, pattern: str) -> bool:
    """Whether the file's name, or the end of its path from some folder on, matches the pattern.

    Example: `*-11-05-*.json` and `2018/*` match `file:/logs/2018/2018-11-05-events.json`. Brackets may be part of the
    name: `a [1].json` matches the file of that name.
    """
    path = unquote(source_file)
    return any(fnmatchcase(path, f"*/{one}") for one in (pattern, pattern.replace("[", "[[]")))


def portions(files: Iterable[LogFile], size: int) -> Iterator[list[LogFile]]:
    """The files, in their order, in lists of at most `size` bytes; a file that has more is a list of its own.

    Example: files of 40, 70 and 200 MB and a size of 128 MB give the lists [40, 70] and [200].
    """
    portion: list[LogFile] = []
    left = size
    for file in files:
        weight = max(file.bytes, SMALLEST)
        if portion and weight > left:
            yield portion
            portion, left = [], size
        portion.append(file)
        left -= weight
    if portion:
        yield portion


def unreadable(error: Exception, files: Iterable[LogFile]) -> LogFile | None:
    """The file that Spark could not read to its end; None if the error has another cause."""
    named = re.search(r"\[FAILED_READ_FILE\.\w+\] Encountered error while reading file (\S+?)\.? ", str(error))
    if named is None:
        return None
    path = re.sub(r"^(\w+):/+", r"\1:/", named[1])
    return next((file for file in files if re.sub(r"^(\w+):/+", r"\1:/", file.source_file) == path), None)


def name_of(file: str) -> str:
    """The last part of a file's URI, as a person writes it."""
    return unquote(file.rsplit("/", 1)[-1])


def named(files: Iterable[str]) -> str:
    """A few of the files by name, and how many more there are, for a message."""
    names = sorted(map(name_of, files))
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
