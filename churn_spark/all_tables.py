"""Every table of every room, in the data's order: for lineage, deletion, the report and tests."""

from churn_spark.features.catalogue import FEATURE_TABLES
from churn_spark.features.tables import DAYS, PARITY, PERCENTILES, USER_DAYS
from churn_spark.identity.tables import SESSIONS, SILVER_EVENTS, USER_PSEUDONYMS
from churn_spark.ingest.tables import BRONZE_EVENTS, LOG_FILES, QUARANTINE
from churn_spark.labels.tables import LABEL_OVERLAP, LABELS
from churn_spark.promotion.tables import PROMOTIONS
from churn_spark.quality.tables import QUALITY
from churn_spark.runs import RUNS
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.segments.tables import SEGMENT_PROFILES, SEGMENTS
from churn_spark.sources.tables import CALENDAR, CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.table import Table
from churn_spark.training.tables import SEARCHES, TRAINING_SET
from churn_spark.tuning.tables import COMPARISONS, TRIALS

ALL_TABLES: tuple[Table, ...] = (
    LOG_FILES,
    BRONZE_EVENTS,
    QUARANTINE,
    USER_PSEUDONYMS,
    SILVER_EVENTS,
    CUSTOMERS,
    TRANSACTIONS,
    TICKETS,
    CALENDAR,
    SESSIONS,
    USER_DAYS,
    DAYS,
    *FEATURE_TABLES,
    PERCENTILES,
    SEGMENTS,
    SEGMENT_PROFILES,
    LABELS,
    LABEL_OVERLAP,
    TRAINING_SET,
    COMPARISONS,
    TRIALS,
    SEARCHES,
    PROMOTIONS,
    CHURN_SCORES,
    RUNS,
    QUALITY,
    PARITY,
)
