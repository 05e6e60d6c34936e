"""The tables of events and sessions whose users are known, and of the users' pseudonyms."""

from churn_spark.table import Table

USER_PSEUDONYMS = Table(
    "silver.user_pseudonyms",
    "The only table where raw user IDs and pseudonyms stand together; can be dropped, a later run makes it again",
    """
    raw_user_id STRING NOT NULL COMMENT 'User as logged',
    user_id STRING NOT NULL COMMENT 'Pseudonym: HMAC-SHA256 of the raw ID, hex'
    """,
    keys=("raw_user_id",),
    personal=("raw_user_id",),
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
    personal=("registration_ms", "gender", "gender_filled", "location", "user_agent"),
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
