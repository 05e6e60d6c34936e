"""Why lines break the contract, told by a look at the first of them: a file that is no log of ours at all."""

import json
import re
from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.contract.fields import FIELDS
from churn_spark.contract.line import BLANK

LINES, CHARACTERS = 5, 4000  # what is looked at
SHOWN = 5  # fields of another log that are named
REQUIRED = [field.name for field in FIELDS if field.required]
ACCESS_LOG = re.compile(r'\S+ \S+ \S+ \[[^\]]+\] "')


def first_broken(parsed: DataFrame, file: str) -> list[str]:
    """The first lines of a file that break the contract, each cut to a length that tells enough."""
    broken = parsed.where((F.col("source_file") == file) & (F.col("reason") != BLANK))
    first = broken.orderBy("block_start", "row").limit(LINES)
    return [line for (line,) in first.select(F.substring("line", 1, CHARACTERS)).collect()]


def cause(lines: Sequence[str]) -> str | None:
    """What the file is instead of a log, in words and with a cure; None if its first broken lines do not tell.

    No value of a line is shown, because it may tell of a person.
    """
    text = "\n".join(lines).lstrip("\ufeff \t\r\n")
    objects = [parsed for line in lines if isinstance(parsed := _json(line), dict)]
    if text.startswith("version https://git-lfs.github.com/spec/"):
        return "it is a pointer of Git LFS and not the log; run git lfs pull"
    if re.match(r"(?i)<(!doctype html|html|head|body)", text):
        return "it is an HTML page, such as the error page of a download; fetch the log again"
    if text.startswith("<"):
        return "it is XML; write one JSON object a line"
    if "\x00" in text or text.startswith(("\x1f", "PK\x03", "\ufffd")):
        return "it is no text in UTF-8; if it is compressed, give it the ending .gz, .bz2 or .zst"
    if objects:
        return _other_log(objects[0])
    if text.startswith("["):
        return "it is a JSON array; write one object a line, for example with jq -c '.[]'"
    if text.startswith("{") and not any(line.lstrip().startswith("{") for line in lines[1:2] or lines):
        return "its JSON objects go over several lines; write one object a line, for example with jq -c ."
    if ACCESS_LOG.match(text):
        return "it is the access log of a web server and not JSON; name the folder of the event logs"
    separators = {_separator(line) for line in lines}
    if len(separators) == 1 and (separator := separators.pop()):
        return f"it is a table with {separator} between the columns and not JSON; write one JSON object a line"
    return None


def _other_log(fields: dict[str, object]) -> str | None:
    missing = [name for name in REQUIRED if name not in fields]
    if len(missing) < len(REQUIRED) - 1:
        return None
    shown = ", ".join(name[:40] for name in list(fields)[:SHOWN])
    return f"it is the log of another service: its lines have {shown}, and not {', '.join(missing)}"


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _separator(line: str) -> str | None:
    """The separator of a line that looks like one of a table with three columns or more."""
    names = {",": "commas", ";": "semicolons", "\t": "tabs"}
    return next((name for mark, name in names.items() if line.count(mark) >= 2 and line[0] not in '{["<'), None)
