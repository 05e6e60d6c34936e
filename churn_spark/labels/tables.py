"""The tables of the labels."""

from churn_spark.table import Table

LABELS = Table(
    "gold.labels",
    "Whether a customer churned in [as_of + gap, as_of + gap + horizon), by each definition of churn",
    """
    user_id STRING NOT NULL COMMENT 'User; users who had churned before as_of and not come back are left out',
    as_of TIMESTAMP NOT NULL COMMENT 'Time that the row speaks for, a midnight UTC',
    label_version STRING NOT NULL COMMENT 'churn_def_v1: cancellation; churn_def_v2: cancellation, downgrade, inactivity or engagement drop',
    churned BOOLEAN COMMENT 'Null until the logs reach the end of the horizon'
    """,
    keys=("user_id", "as_of", "label_version"),
    timestamp_key="as_of",
    cluster_by=("as_of",),
)

LABEL_OVERLAP = Table(
    "ops.label_overlap",
    "How far two reasons of churn agree: customers who churned by both or one of them within the logs; one row per pair",
    """
    reason STRING NOT NULL COMMENT 'cancellation, downgrade, inactivity or engagement_drop',
    other_reason STRING NOT NULL COMMENT 'Another one of them',
    both BIGINT NOT NULL COMMENT 'Customers who churned by both',
    only_reason BIGINT NOT NULL COMMENT 'Customers who churned by reason and not by other_reason',
    only_other BIGINT NOT NULL COMMENT 'Customers who churned by other_reason and not by reason',
    jaccard DOUBLE COMMENT 'both over the customers who churned by either, 0 to 1; null without any'
    """,
    keys=("reason", "other_reason"),
)
