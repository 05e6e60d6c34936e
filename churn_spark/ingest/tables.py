"""The tables of the landed log lines, and the ledger of their files."""

from churn_spark.table import Table

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
    skip_by=("ts", "ingest_batch"),
    personal=(
        "userId",
        "registration",
        "gender",
        "firstName",
        "lastName",
        "location",
        "userAgent",
        "rescued",
    ),
)

QUARANTINE = Table(
    "bronze.quarantine",
    "Log lines that break the event contract, with the reason; one row per line",
    """
    line STRING NOT NULL COMMENT 'The line as it stands in the file',
    reason STRING NOT NULL COMMENT 'not_json, utf_16, duplicate_key, missing_<field>, or <field>_out_of_range',
    position BIGINT NOT NULL COMMENT 'Number of the line in its file, from 1',
    source_file STRING NOT NULL COMMENT 'URI of the file of the line',
    ingest_batch BIGINT NOT NULL COMMENT 'Batch of files that brought the line'
    """,
    skip_by=("ingest_batch",),
    personal=("line",),
)

LOG_FILES = Table(
    "bronze.files",
    "Ledger of the log files; one row per file, batch that took it, and state of that batch",
    """
    source_file STRING NOT NULL COMMENT 'URI of the file',
    ingest_batch BIGINT NOT NULL COMMENT 'Batch of files that took it',
    bytes BIGINT NOT NULL COMMENT 'Size of the file as it was taken',
    modified_ms BIGINT NOT NULL COMMENT 'Time of modification of the file as it was taken, ms since epoch',
    lines BIGINT NOT NULL COMMENT 'Lines read',
    events BIGINT NOT NULL COMMENT 'Lines in bronze.events',
    quarantined BIGINT NOT NULL COMMENT 'Lines in bronze.quarantine',
    reasons MAP<STRING, BIGINT> NOT NULL COMMENT 'Quarantined lines by reason',
    state STRING NOT NULL COMMENT 'planned: the batch is to be written; done: all of it is in bronze; forgetting: the lines of the file are to go out of bronze; forgotten: they are out, and the file is not taken again. A batch without done or forgotten was interrupted.'
    """,
    keys=("source_file", "ingest_batch", "state"),
)
