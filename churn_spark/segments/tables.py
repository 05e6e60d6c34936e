"""The tables of the behavioural segments."""

from churn_spark.table import Table

KEY = ("user_id", "as_of")

SEGMENTS = Table(
    "gold.segments",
    "The behavioural segment of each customer; one row per customer and as_of",
    """
    user_id STRING NOT NULL COMMENT 'Customer',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; the segments group the customers of this time',
    segment INT NOT NULL COMMENT 'From 1, whose customers have the highest mean engagement score, to at most 12'
    """,
    keys=KEY,
    timestamp_key="as_of",
    cluster_by=("as_of", "segment"),
)

SEGMENT_PROFILES = Table(
    "gold.segment_profiles",
    "What the customers of a segment are like; one row per as_of and segment",
    """
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC',
    segment INT NOT NULL COMMENT 'As in gold.segments',
    customers BIGINT NOT NULL COMMENT 'Customers in the segment',
    engagement_score_30d DOUBLE NOT NULL COMMENT 'Mean engagement score, 0 to 100',
    rfm_recency_days DOUBLE NOT NULL COMMENT 'Mean days since the last day with an event',
    rfm_frequency_90d DOUBLE NOT NULL COMMENT 'Mean sessions of the last 90 days',
    rfm_monetary_90d DOUBLE NOT NULL COMMENT 'Mean days at the paid level of the last 90'
    """,
    keys=("as_of", "segment"),
    timestamp_key="as_of",
)
