"""The gate: a batch is held against its table's suite before anybody can read it (write, audit, publish)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.quality.finding import Finding
from churn_spark.settings import Settings
from churn_spark.tables import QUALITY, Table

Gate = Callable[[DataFrame], int]  # counts warnings; raises DataRefused where rows must not be published


def publish(
    lake: Lake, table: Table, rows: DataFrame, gate: Gate, where: str = "true", note: Mapping[str, Any] | None = None
) -> int:
    """Put rows in the place of those that meet `where`, as `Lake.replace` does, once they have passed the gate.

    Returns the number of its warnings.
    """
    rows = rows.persist()
    try:
        warnings = gate(rows)
        lake.replace(table, rows, where, note)
    finally:
        rows.unpersist()
    return warnings


def audit(lake: Lake, settings: Settings, table: Table, rows: DataFrame, others: Sequence[Finding] = ()) -> int:
    """Hold rows that are to go into `table` against its suite; returns the number of warnings.

    `others` are findings about them that no suite can make.

    What was found becomes rows of `ops.quality` and the table's part of the Data Docs, whatever the outcome. Reads
    `rows` more than once: persist them, and write them from there.

    Raises DataRefused where a critical expectation fails; `rows` must not have been written where readers find them.
    """
    # Great Expectations takes seconds to import, which only jobs with a gate should pay.
    from churn_spark.quality.data_docs import document
    from churn_spark.quality.validation import SUITES, validate

    findings = [*validate(rows, SUITES[table](settings)), *others]
    checked_at = datetime.now(UTC)
    _record(lake, table, findings, checked_at)
    page = document(settings.data_docs, table.name, findings, checked_at.isoformat(timespec="seconds"))
    failed = [finding for finding in findings if not finding.success]
    critical = [finding for finding in failed if finding.severity == "critical"]
    if critical:
        more = f" (and {len(critical) - 1} more such)" if len(critical) > 1 else ""
        raise DataRefused(
            f"{table.name}: expected that {critical[0].expectation}, but {critical[0].in_words}{more}; "
            f"nothing of this batch was published, and {page} shows all that was found"
        )
    return len(failed)


def _record(lake: Lake, table: Table, findings: Sequence[Finding], checked_at: datetime) -> None:
    rows = [
        (
            lake.run_id, table.name, finding.expectation, finding.column, finding.severity, finding.success,
            finding.observed, finding.unexpected, finding.unexpected_share, checked_at,
        )
        for finding in findings
    ]  # fmt: skip
    lake.append(QUALITY, lake.spark.createDataFrame(rows, QUALITY.columns), f"{table.name} {checked_at}", batch=0)
