"""Every Delta table of fixed columns: name, columns with comments, keys, layout.

The feature tables, whose columns follow from the feature definitions, are declared beside those, and the tables of
the sources in `sources/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A Delta table `schema.table`; `columns` is its DDL, `keys` identify a row, `cluster_by` lays out its files.

    `evolves`: later versions may add columns; without it a write with other columns is refused.
    `change_feed`: readers can ask which rows have changed since a version.
    """

    name: str
    comment: str
    columns: str
    keys: tuple[str, ...] = ()
    timestamp_key: str | None = None
    cluster_by: tuple[str, ...] = ()
    evolves: bool = False
    change_feed: bool = False


BRONZE_EVENTS = Table(
    "bronze.events",
    "Log lines that keep the event contract, as landed and typed; one row per line",
    """
    ts BIGINT NOT NULL COMMENT 'Time of the event, ms since epoch',
    sessionId BIGINT NOT NULL COMMENT 'Session number; several users may share one',
    itemInSession INT NOT NULL COMMENT 'Number of the event in its session, from 0',
    page STRING NOT NULL COMMENT 'Page or action, for example NextSong',
    auth STRING NOT NULL COMMENT 'Logged In, Logged Out, Guest or Cancelled',
    method STRING COMMENT 'HTTP method',
    status INT COMMENT 'HTTP status',
    level STRING COMMENT 'free or paid',
    userId STRING COMMENT 'User as logged; null where the line names none',
    registration BIGINT COMMENT 'Time of registration, ms since epoch',
    gender STRING COMMENT 'F or M',
    firstName STRING COMMENT 'Personal: stays in bronze',
    lastName STRING COMMENT 'Personal: stays in bronze',
    location STRING COMMENT 'Town and state',
    userAgent STRING COMMENT 'Browser as it names itself',
    artist STRING COMMENT 'Artist of the song played',
    song STRING COMMENT 'Song played',
    length DOUBLE COMMENT 'Length of the song played, seconds',
    appVersion STRING COMMENT 'Version of the app that wrote the line, from the field ingest.version_field',
    rescued STRING COMMENT 'Fields that the contract does not know or that are not of their type, as one JSON object',
    source_file STRING NOT NULL COMMENT 'URI of the file of the line',
    ingest_batch BIGINT NOT NULL COMMENT 'Batch of files that brought the line'
    """,
    change_feed=True,
)

QUARANTINE = Table(
    "bronze.quarantine",
    "Log lines that break the event contract, with the reason; one row per line",
    """
    line STRING NOT NULL COMMENT 'The line as it stands in the file',
    reason STRING NOT NULL COMMENT 'not_json, or missing_<field>, or <field>_out_of_range',
    position BIGINT NOT NULL COMMENT 'Number of the line in its file, from 1',
    source_file STRING NOT NULL COMMENT 'URI of the file of the line',
    ingest_batch BIGINT NOT NULL COMMENT 'Batch of files that brought the line'
    """,
)

USER_PSEUDONYMS = Table(
    "silver.user_pseudonyms",
    "The only table where raw user IDs and pseudonyms stand together; can be dropped, a later run makes it again",
    """
    raw_user_id STRING NOT NULL COMMENT 'User as logged',
    user_id STRING NOT NULL COMMENT 'Pseudonym: HMAC-SHA256 of the raw ID, hex'
    """,
    keys=("raw_user_id",),
)

LOG_FILES = Table(
    "bronze.files",
    "Ledger of the log files; per file and batch that took it a row when it was planned and one when it was done",
    """
    source_file STRING NOT NULL COMMENT 'URI of the file',
    ingest_batch BIGINT NOT NULL COMMENT 'Batch of files that took it',
    bytes BIGINT NOT NULL COMMENT 'Size of the file as it was taken',
    modified_ms BIGINT NOT NULL COMMENT 'When the file as it was taken had been modified, ms since epoch',
    lines BIGINT NOT NULL COMMENT 'Lines read',
    events BIGINT NOT NULL COMMENT 'Lines in bronze.events',
    quarantined BIGINT NOT NULL COMMENT 'Lines in bronze.quarantine',
    reasons MAP<STRING, BIGINT> NOT NULL COMMENT 'Quarantined lines by reason',
    state STRING NOT NULL COMMENT 'planned: the batch is to be written; done: all of it is in bronze; without this, a job was killed meanwhile'
    """,
    keys=("source_file", "ingest_batch", "state"),
)

SILVER_EVENTS = Table(
    "silver.events",
    "Events without exact duplicates, user recovered where the session or a login tells; one row per event",
    """
    user_id STRING COMMENT 'Pseudonym of the user, logged or recovered; null where unknown',
    user_id_source STRING COMMENT 'logged: the line names the user; session: the only user whom the session names; sequence: of several users the one whose item numbers and times fit; login: who logged in soon after from the same place and browser; null: unknown',
    user_id_confidence DOUBLE COMMENT 'Share of such rows that were right on simulated logs, 0 to 1; 1: logged; 0: a user was found and taken back because the item numbers of the session would not increase with time; null: unknown',
    event_ms BIGINT NOT NULL COMMENT 'Time of the event, ms since epoch',
    event_date DATE NOT NULL COMMENT 'Day of the event, UTC',
    session_id BIGINT NOT NULL COMMENT 'Session number; several users may share one',
    session_key STRING NOT NULL COMMENT 'Session number and ms since epoch of its first event; tells sessions of one number apart, but for those in the same hours',
    item_in_session INT NOT NULL COMMENT 'Number of the event in its session, from 0',
    page STRING NOT NULL COMMENT 'Page or action',
    auth STRING NOT NULL COMMENT 'Logged In, Logged Out, Guest or Cancelled',
    method STRING COMMENT 'HTTP method',
    status INT COMMENT 'HTTP status',
    level STRING COMMENT 'free or paid',
    registration_ms BIGINT COMMENT 'Time of registration, ms since epoch',
    gender STRING COMMENT 'F or M',
    location STRING COMMENT 'Town and state',
    user_agent STRING COMMENT 'Browser as it names itself',
    artist STRING COMMENT 'Artist of the song played',
    song STRING COMMENT 'Song played',
    length_ms BIGINT COMMENT 'Length of the song played, ms',
    level_filled STRING NOT NULL COMMENT 'level, Unknown where missing',
    gender_filled STRING NOT NULL COMMENT 'gender, Unknown where missing',
    length_ms_filled BIGINT COMMENT 'length_ms, the median of the songs of its day where missing'
    """,
    cluster_by=("event_date", "user_id"),
)

USER_DAYS = Table(
    "gold.user_days",
    "Activity tiles: what one user did on one day, UTC, and on no other, from which windows of days are added up",
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
    night_events BIGINT NOT NULL COMMENT 'Events from 0:00 to 6:00, UTC',
    morning_events BIGINT NOT NULL COMMENT 'Events from 6:00 to 12:00, UTC',
    afternoon_events BIGINT NOT NULL COMMENT 'Events from 12:00 to 18:00, UTC',
    evening_events BIGINT NOT NULL COMMENT 'Events from 18:00 to 24:00, UTC',
    client_errors BIGINT NOT NULL COMMENT 'Events with HTTP status 400 to 499',
    server_errors BIGINT NOT NULL COMMENT 'Events with HTTP status 500 to 599',
    first_ms BIGINT NOT NULL COMMENT 'First event, ms since epoch',
    last_ms BIGINT NOT NULL COMMENT 'Last event, ms since epoch',
    last_cancellation_ms BIGINT COMMENT 'Last Cancellation Confirmation, ms since epoch',
    last_paid_ms BIGINT COMMENT 'Last event at the paid level, ms since epoch',
    last_free_ms BIGINT COMMENT 'Last event at the free level, ms since epoch',
    last_song_ms BIGINT COMMENT 'Last song played, ms since epoch',
    registration_ms BIGINT COMMENT 'Time of registration, ms since epoch',
    sessions ARRAY<STRUCT<session: STRING, first_ms: BIGINT, last_ms: BIGINT>> NOT NULL COMMENT 'Sessions with an event on this day, with the first and the last on this day',
    plays ARRAY<STRUCT<artist: STRING, song: STRING>> NOT NULL COMMENT 'Songs played, in order of time'
    """,
    keys=("user_id", "day"),
    cluster_by=("user_id", "day"),
)

SESSIONS = Table(
    "gold.sessions",
    "One row per session of a user",
    """
    user_id STRING NOT NULL COMMENT 'User',
    session_key STRING NOT NULL COMMENT 'Session; users who have its number in the same hours share the key',
    session_id BIGINT NOT NULL COMMENT 'Session number as logged',
    start_ms BIGINT NOT NULL COMMENT 'First event, ms since epoch',
    end_ms BIGINT NOT NULL COMMENT 'Last event, ms since epoch',
    end_date DATE NOT NULL COMMENT 'Day of the last event, UTC',
    events BIGINT NOT NULL COMMENT 'Events',
    songs BIGINT NOT NULL COMMENT 'Songs played',
    length_s BIGINT NOT NULL COMMENT 'From the first to the last event, whole seconds',
    capped_length_s DOUBLE NOT NULL COMMENT 'Length, but at most the 99th percentile of the sessions that end on the same day, s',
    gap_s BIGINT COMMENT 'From the end of the session before to the start, whole seconds; below 0 where they overlap; null for the first'
    """,
    keys=("user_id", "session_key"),
    cluster_by=("end_date", "user_id"),
)

PERCENTILES = Table(
    "gold.percentiles",
    "Percentiles over the customers of an as_of, for the features that are relative to them, in batches and online",
    """
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only events before it are used',
    percentiles MAP<STRING, ARRAY<DOUBLE>> NOT NULL COMMENT 'By feature: the values that a fifth, two, three and four of all customers do not exceed, or that 99 % do not'
    """,
    keys=("as_of",),
    timestamp_key="as_of",
)

LABELS = Table(
    "gold.labels",
    "Whether a customer churned in [as_of + gap, as_of + gap + horizon), by each definition of churn",
    """
    user_id STRING NOT NULL COMMENT 'User; left out where already churned at as_of',
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

PARITY = Table(
    "ops.parity",
    "What jobs/check_parity.py found: customer_features.behavior against the online computation; one row per run and feature",
    """
    run_id STRING NOT NULL COMMENT 'Run of the job, as in ops.runs',
    as_of TIMESTAMP NOT NULL COMMENT 'The newest as_of of the table, which was compared',
    feature STRING NOT NULL COMMENT 'Feature',
    compared BIGINT NOT NULL COMMENT 'Customers compared',
    mismatched BIGINT NOT NULL COMMENT 'Those whose two values differ by more than 1e-9 of the larger',
    missing BIGINT NOT NULL COMMENT 'Those of whom only the table knows a value',
    extra BIGINT NOT NULL COMMENT 'Those of whom only the online computation knows one'
    """,
    keys=("run_id", "feature"),
)

CHURN_SCORES = Table(
    "scores.churn_scores",
    "The newest score of each customer at each as_of; one row per customer and as_of",
    """
    user_id STRING NOT NULL COMMENT 'Customer',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; events before it were used',
    scored_at TIMESTAMP NOT NULL COMMENT 'When the score was computed',
    model_name STRING NOT NULL COMMENT 'Registered model',
    model_version STRING NOT NULL COMMENT 'Version of the registered model',
    churn_probability DOUBLE NOT NULL COMMENT 'Probability of churn within gap and horizon of the model, 0 to 1',
    risk_level STRING NOT NULL COMMENT 'CRITICAL > 0.8, HIGH > 0.6, MEDIUM > 0.4, else LOW',
    confidence DOUBLE NOT NULL COMMENT 'How far the probability lies from a coin toss: 2 * |p - 0.5|, 0 to 1',
    top_factors ARRAY<STRUCT<feature: STRING, value: DOUBLE, contribution: DOUBLE>> NOT NULL COMMENT 'Features that move this score most, by SHAP contribution in log odds; above 0 raises the risk',
    recommended_actions ARRAY<STRING> NOT NULL COMMENT 'What to do about the factors that raise the risk; empty below the threshold from which the model expects churn'
    """,
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of", "risk_level"),
)

RUNS = Table(
    "ops.runs",
    "One row per run of a job",
    """
    run_id STRING NOT NULL COMMENT 'Run',
    job STRING NOT NULL COMMENT 'File of the job in jobs/, without .py',
    started_at TIMESTAMP NOT NULL COMMENT 'Start',
    seconds DOUBLE COMMENT 'Duration; null while it runs or where it was killed',
    outcome STRING NOT NULL COMMENT 'running (or killed), done, refused or failed',
    reason STRING COMMENT 'Why it was refused or failed',
    version STRING NOT NULL COMMENT 'Version of churn_spark',
    settings STRING NOT NULL COMMENT 'Settings of the run, JSON',
    rows MAP<STRING, BIGINT> COMMENT 'What the stages counted',
    inputs MAP<STRING, BIGINT> COMMENT 'Tables read, with their versions',
    outputs MAP<STRING, BIGINT> COMMENT 'Tables written, with the versions made'
    """,
    keys=("run_id",),
)

QUALITY = Table(
    "ops.quality",
    "What the quality gate found; one row per audit of a table and expectation",
    """
    run_id STRING NOT NULL COMMENT 'Run of the job, as in ops.runs',
    table_name STRING NOT NULL COMMENT 'Table that the rows were to go into',
    expectation STRING NOT NULL COMMENT 'What was expected, in words',
    column_name STRING COMMENT 'Column that it is about; null where about several or about the table',
    severity STRING NOT NULL COMMENT 'critical: a failure stops the job; warning: it is recorded',
    success BOOLEAN NOT NULL COMMENT 'Whether it was so',
    observed_value DOUBLE COMMENT 'Number observed; null where the expectation is about single rows',
    unexpected_rows BIGINT COMMENT 'Rows that were not as expected',
    unexpected_share DOUBLE COMMENT 'Their share of all rows of the batch, 0 to 1',
    checked_at TIMESTAMP NOT NULL COMMENT 'Time of the audit'
    """,
    cluster_by=("table_name", "checked_at"),
)
