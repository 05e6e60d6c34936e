"""The tables of tiles and features.

The feature tables' columns follow from the features that `behavior/` and the modules of the sources declare.
"""

from collections.abc import Sequence

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES
from churn_spark.behavior.definition import Declared, columns
from churn_spark.table import Table


def feature_table(name: str, comment: str, customer: str, features: Sequence[Declared]) -> Table:
    """The table of these features, one row per customer and `as_of`; `customer` says who has a row."""
    return Table(
        name,
        comment,
        f"""
        user_id STRING NOT NULL COMMENT '{customer}',
        as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only what is from before it is used',
        feature_version STRING NOT NULL COMMENT 'Version of the feature definitions',
        {columns(features)}
        """,
        keys=("user_id", "as_of"),
        timestamp_key="as_of",
        cluster_by=("as_of", "user_id"),
        change_feed=True,
    )


BEHAVIOR = feature_table(
    "customer_features.behavior",
    "How a customer behaved before as_of; one row per customer and as_of",
    "Customer: has events before as_of, and none of a cancellation on the day of the last",
    BEHAVIOR_FEATURES,
)

USER_DAYS = Table(
    "gold.user_days",
    "Activity tiles: what one user did on one day, UTC; windows of days add them up",
    """
    user_id STRING NOT NULL COMMENT 'User',
    day DATE NOT NULL COMMENT 'Day, UTC',
    events BIGINT NOT NULL COMMENT 'Events',
    songs BIGINT NOT NULL COMMENT 'Songs played',
    thumbs_up BIGINT NOT NULL COMMENT 'Thumbs Up',
    thumbs_down BIGINT NOT NULL COMMENT 'Thumbs Down',
    playlist_adds BIGINT NOT NULL COMMENT 'Add to Playlist',
    friend_adds BIGINT NOT NULL COMMENT 'Add Friend',
    adverts BIGINT NOT NULL COMMENT 'Roll Advert',
    errors BIGINT NOT NULL COMMENT 'Error pages',
    help_visits BIGINT NOT NULL COMMENT 'Help pages',
    settings_visits BIGINT NOT NULL COMMENT 'Settings pages',
    logouts BIGINT NOT NULL COMMENT 'Logout',
    upgrade_visits BIGINT NOT NULL COMMENT 'Upgrade pages seen',
    downgrade_visits BIGINT NOT NULL COMMENT 'Downgrade pages seen',
    upgrades BIGINT NOT NULL COMMENT 'Submit Upgrade',
    downgrades BIGINT NOT NULL COMMENT 'Submit Downgrade',
    cancellations BIGINT NOT NULL COMMENT 'Cancellation Confirmation',
    listening_ms BIGINT NOT NULL COMMENT 'Sum of the lengths of the songs played, ms',
    night_events BIGINT NOT NULL COMMENT 'Events from 0:00 to 6:00 where the customer lives; UTC where no location tells',
    morning_events BIGINT NOT NULL COMMENT 'Events from 6:00 to 12:00 where the customer lives; UTC where no location tells',
    afternoon_events BIGINT NOT NULL COMMENT 'Events from 12:00 to 18:00 where the customer lives; UTC where no location tells',
    evening_events BIGINT NOT NULL COMMENT 'Events from 18:00 to 24:00 where the customer lives; UTC where no location tells',
    client_errors BIGINT NOT NULL COMMENT 'Events with HTTP status 400 to 499',
    server_errors BIGINT NOT NULL COMMENT 'Events with HTTP status 500 to 599',
    first_ms BIGINT NOT NULL COMMENT 'First event, ms since epoch',
    last_ms BIGINT NOT NULL COMMENT 'Last event, ms since epoch',
    last_cancellation_ms BIGINT COMMENT 'Last Cancellation Confirmation, ms since epoch',
    last_paid_ms BIGINT COMMENT 'Last event at the paid level, ms since epoch',
    last_free_ms BIGINT COMMENT 'Last event at the free level, ms since epoch',
    last_song_ms BIGINT COMMENT 'Last song played, ms since epoch',
    registration_ms BIGINT COMMENT 'Time of registration, ms since epoch',
    gender STRING COMMENT 'Gender of the last event that tells one',
    region STRING COMMENT 'Census region of the last event whose location names a US state',
    sessions ARRAY<STRUCT<session: STRING, first_ms: BIGINT, last_ms: BIGINT>> NOT NULL COMMENT 'Sessions with an event on this day, each with its first and last event on this day',
    plays ARRAY<STRUCT<artist: STRING, song: STRING>> NOT NULL COMMENT 'Songs played, in order of time'
    """,
    keys=("user_id", "day"),
    personal=("registration_ms", "gender", "region"),
    cluster_by=("user_id", "day"),
    version=2,
)

PERCENTILES = Table(
    "gold.percentiles",
    "Percentiles over the customers of an as_of, for the features that are relative to them, in batches and online",
    """
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only events before it are used',
    percentiles MAP<STRING, ARRAY<DOUBLE>> NOT NULL COMMENT 'By feature: the 20th, 40th, 60th and 80th percentile over all customers, or the 99th alone'
    """,
    keys=("as_of",),
    timestamp_key="as_of",
)

DAYS = Table(
    "ops.days",
    "Days that are not like the others: outside of the span of the logs, or without logs in it; one row per day",
    """
    day DATE NOT NULL COMMENT 'Day, UTC',
    kind STRING NOT NULL COMMENT 'stray: far off, by a wrong clock; outage: without logs in the span; partial: the last day, which is not complete',
    events BIGINT NOT NULL COMMENT 'Events of known users',
    users BIGINT NOT NULL COMMENT 'Users with an event'
    """,
    keys=("day",),
)

PARITY = Table(
    "ops.parity",
    "Results of jobs/check_parity.py: customer_features.behavior against the online computation; one row per run and feature",
    """
    run_id STRING NOT NULL COMMENT 'Run of the job, as in ops.runs',
    as_of TIMESTAMP NOT NULL COMMENT 'The newest as_of of the table, which was compared',
    feature STRING NOT NULL COMMENT 'Feature',
    compared BIGINT NOT NULL COMMENT 'Customers compared',
    mismatched BIGINT NOT NULL COMMENT 'Customers whose two values differ by more than 1e-9 of the larger one',
    missing BIGINT NOT NULL COMMENT 'Customers who have a value in the table alone',
    extra BIGINT NOT NULL COMMENT 'Customers who have a value in the online computation alone'
    """,
    keys=("run_id", "feature"),
)
