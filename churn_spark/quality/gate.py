"""The gate: rows are checked against what their table must keep before any reader sees them (audit, publish)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import DataFrame

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.quality.data_docs import document
from churn_spark.quality.expectation import Expectation
from churn_spark.quality.finding import Finding
from churn_spark.quality.tables import QUALITY
from churn_spark.session import cached
from churn_spark.table import Table

Check = Callable[[DataFrame], Sequence[Finding]]  # for what no expectation about single rows can say


def publish(
    lake: Lake,
    table: Table,
    rows: DataFrame,
    expect: Sequence[Expectation],
    checks: Sequence[Check] = (),
    where: str = "true",
    made_from: Mapping[str, Any] | None = None,
    days: Sequence[date] | None = None,
) -> int:
    """Replace all rows that match `where` by `rows`, as `Lake.replace` does, once they have passed the gate.

    Returns the number of warnings. Raises DataRefused, and writes nothing, if a critical expectation fails.
    """
    with cached(rows) as held:
        warnings = audit(lake, table, held, expect, checks)
        lake.replace(table, held, where, made_from, days)
    return warnings


def audit(
    lake: Lake, table: Table, rows: DataFrame, expect: Sequence[Expectation], checks: Sequence[Check] = ()
) -> int:
    """Check rows that are to go into `table` against expectations and checks; returns the number of warnings.

    Whatever the outcome, the findings become the table's part of the Data Docs, and rows of `ops.quality` when the run
    ends. The function reads `rows` more than once: cache them, and write them from the cache. Do not write them to
    `table` before.

    Raises DataRefused if a critical expectation fails.
    """
    from churn_spark.quality.validation import validate  # Great Expectations takes seconds to import

    findings = [*validate(rows, table, expect), *(finding for check in checks for finding in check(rows))]
    checked_at = datetime.now(UTC)
    lake.record(QUALITY, [_row(lake, table, finding, checked_at) for finding in findings])
    page = document(lake.settings.data_docs_folder, table.name, findings, checked_at.isoformat(timespec="seconds"))
    failed = [finding for finding in findings if not finding.success]
    critical = [finding for finding in failed if finding.severity == "critical"]
    if critical:
        more = f" (and {len(critical) - 1} more such)" if len(critical) > 1 else ""
        cures = {one.words: f"; {one.cure}" for one in expect if one.cure}
        raise DataRefused(
            f"{table.name}: expected that {critical[0].expectation}, but {critical[0].in_words}{more}; "
            f"nothing of this batch was published, and {page} shows all that was found"
            f"{cures.get(critical[0].expectation, '')}"
        )
    return len(failed)


def _row(lake: Lake, table: Table, finding: Finding, checked_at: datetime) -> tuple[Any, ...]:
    return (
        lake.run_id, table.name, finding.expectation, finding.column, finding.severity, finding.success,
        finding.observed, finding.unexpected, finding.unexpected_share, checked_at,
    )  # fmt: skip
