"""What the quality engine finds of literal rows."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from churn_spark.quality.expectation import Expectation
from churn_spark.quality.validation import validate
from churn_spark.table import Table

Failures = set[tuple[str | None, str, int | None]]


def failures(rows: DataFrame, table: Table, expectations: Sequence[Expectation]) -> Failures:
    """Column, severity and unexpected rows of the expectations that failed."""
    findings = validate(rows, table, expectations)
    return {(finding.column, finding.severity, finding.unexpected) for finding in findings if not finding.success}
