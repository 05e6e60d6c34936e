"""The table of the quality gate's findings."""

from churn_spark.table import Table

QUALITY = Table(
    "ops.quality",
    "Findings of the quality gate; one row per audit of a table and expectation",
    """
    run_id STRING NOT NULL COMMENT 'Run of the job, as in ops.runs',
    table_name STRING NOT NULL COMMENT 'Table that the rows were to go into',
    expectation STRING NOT NULL COMMENT 'What was expected, in words',
    column_name STRING COMMENT 'Column that the expectation is about; null if about several columns or the table',
    severity STRING NOT NULL COMMENT 'critical: a failure stops the job; warning: it is recorded',
    success BOOLEAN NOT NULL COMMENT 'Whether the expectation was met',
    observed_value DOUBLE COMMENT 'Number observed; null where the expectation is about single rows',
    unexpected_rows BIGINT COMMENT 'Rows that were not as expected',
    unexpected_share DOUBLE COMMENT 'Their share of all rows of the batch, 0 to 1',
    checked_at TIMESTAMP NOT NULL COMMENT 'Time of the audit'
    """,
    cluster_by=("table_name", "checked_at"),
)
