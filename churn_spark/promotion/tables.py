"""The table of promotions."""

from churn_spark.table import Table

PROMOTIONS = Table(
    "ops.promotions",
    "One row per change of the champion; rows are only added. The newest row before a time names the champion then",
    """
    number BIGINT NOT NULL COMMENT 'Counts the changes from 1',
    promoted_at TIMESTAMP NOT NULL COMMENT 'From when on the version is the champion',
    model_name STRING NOT NULL COMMENT 'Registered model',
    version STRING NOT NULL COMMENT 'The champion from then on',
    previous_version STRING COMMENT 'The champion before; null for the first one',
    action STRING NOT NULL COMMENT 'first, promoted or rolled_back',
    reason STRING NOT NULL COMMENT 'What the rule found, or why it was rolled back',
    approved_by ARRAY<STRING> NOT NULL COMMENT 'Persons who approved it',
    run_id STRING NOT NULL COMMENT 'Run of the job'
    """,
    keys=("number",),
)
