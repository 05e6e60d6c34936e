"""Counts of a batch, made in the pass that parses it: lines and reasons by file, positions; and its refusal."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.contract.line import BLANK
from churn_spark.errors import DataRefused
from churn_spark.ingest.landing import SHOWN, name_of

VALUES = 10  # unexpected values that a run names


@dataclass(frozen=True)
class Tally:
    """Counts of one batch.

    - `events`: lines that keep the contract, by file.
    - `broken`: lines that break the contract, by file and reason.
    - `unexpected`: lines with an unexpected value.
    - `offsets`: by file and block, the number that turns a line's `row` into its number in the file, from 1.

    Example: a file has a block of 3 lines with `row` from 100 and a block of 2 lines with `row` from 700. The offsets
    are -99 and -696, so that the lines have the numbers 1, 2, 3 and 4, 5.
    """

    events: Counter[str]
    broken: Counter[tuple[str, str]]
    unexpected: int
    offsets: dict[tuple[str, int], int]

    @property
    def lines(self) -> int:
        """The number of all lines."""
        return self.events.total() + self.broken.total()

    def only(self, files: Collection[str]) -> "Tally":
        """The counts of these files alone."""
        return Tally(
            Counter({file: count for file, count in self.events.items() if file in files}),
            Counter({key: count for key, count in self.broken.items() if key[0] in files}),
            self.unexpected,
            self.offsets,
        )

    def reasons(self, file: str) -> dict[str, int]:
        """The broken lines of a file by reason."""
        return {reason: lines for (name, reason), lines in self.broken.items() if name == file}


def tally(parsed: DataFrame) -> Tally:
    """Count the parsed lines; a row per file, block and reason comes to the driver."""
    blocks_and_reasons = (
        parsed.groupBy("source_file", "block_start", "reason")
        .agg(F.count("*").alias("lines"), F.min("row").alias("first"), F.count("unexpected").alias("unexpected"))
        .collect()
    )
    events: Counter[str] = Counter()
    broken: Counter[tuple[str, str]] = Counter()
    blocks: dict[tuple[str, int], tuple[int, int]] = {}
    for row in blocks_and_reasons:
        if row["reason"] is None:
            events[row["source_file"]] += row["lines"]
        elif row["reason"] != BLANK:  # a blank line has a number in its file, and is nothing else
            broken[row["source_file"], row["reason"]] += row["lines"]
        block = row["source_file"], row["block_start"]
        lines, first = blocks.get(block, (0, row["first"]))
        blocks[block] = lines + row["lines"], min(first, row["first"])
    offsets: dict[tuple[str, int], int] = {}
    before: Counter[str] = Counter()
    for (file, start), (lines, first) in sorted(blocks.items()):
        offsets[file, start] = before[file] + 1 - first
        before[file] += lines
    return Tally(events, broken, sum(row["unexpected"] for row in blocks_and_reasons), offsets)


def refuse_broken(counted: Tally, max_share: float, look: Callable[[str], str | None]) -> None:
    """Raise DataRefused, with reasons and worst files, if more than `max_share` of the lines break the contract.

    `look` tells of a file what it is instead of a log, if it is none.
    """
    broken, lines = counted.broken.total(), counted.lines
    if broken <= max_share * lines:
        return
    reasons: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for (file, reason), count in counted.broken.items():
        reasons[reason] += count
        files[file] += count
    by_reason = ", ".join(f"{reason} {count:,} ({count / lines:.1%})" for reason, count in reasons.most_common())
    worst = ", ".join(
        f"{name_of(file)} {count:,} of {count + counted.events[file]:,}" for file, count in files.most_common(SHOWN)
    )
    [(file, _)] = files.most_common(1)
    cause = look(file)
    told = f"; {name_of(file)}: {cause}" if cause else "; correct the files or raise the share"
    raise DataRefused(
        f"{broken / lines:.1%} of {lines:,} new lines break the event contract, more than ingest.refuse_broken_share "
        f"({max_share:.1%}), and none of them was taken: {by_reason}; most in {worst}{told}"
    )


def unexpected_values(parsed: DataFrame) -> dict[str, int]:
    """The commonest values that the contract does not know, such as `page=Jam`, with their counts."""
    counted = parsed.where("unexpected IS NOT NULL").groupBy(F.substring("unexpected", 1, 80).alias("value")).count()
    return {row["value"]: row["count"] for row in counted.orderBy(F.desc("count"), "value").limit(VALUES).collect()}


def with_positions(broken: DataFrame, counted: Tally) -> DataFrame:
    """Add `position`, the number of the line in its file, from 1."""
    files = {file for file, _ in counted.broken}
    rows = [(file, start, offset) for (file, start), offset in counted.offsets.items() if file in files]
    offsets = broken.sparkSession.createDataFrame(rows, "source_file STRING, block_start BIGINT, first BIGINT")
    joined = broken.join(F.broadcast(offsets), ["source_file", "block_start"])
    return joined.withColumn("position", F.col("row") + F.col("first"))
