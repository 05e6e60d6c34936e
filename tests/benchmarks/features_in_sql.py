"""The features as somebody would write them by hand: one DuckDB query, and one Spark aggregation per feature.

Written from the catalogue's meanings and not from the code, so that equal values also tell that the code is right.
"""

from collections.abc import Sequence
from datetime import date

PAGES = {
    "songs": "NextSong", "thumbs_up": "Thumbs Up", "thumbs_down": "Thumbs Down", "playlist_adds": "Add to Playlist",
    "friend_adds": "Add Friend", "adverts": "Roll Advert", "errors": "Error", "help_visits": "Help",
    "settings_visits": "Settings", "logouts": "Logout", "upgrade_visits": "Upgrade", "downgrade_visits": "Downgrade",
    "upgrades": "Submit Upgrade", "downgrades": "Submit Downgrade",
}  # fmt: skip
HOURS = {"night_events": (0, 5), "morning_events": (6, 11), "afternoon_events": (12, 17), "evening_events": (18, 23)}


def total(column: str, days: int, skip: int = 0) -> str:
    return f"coalesce(sum({column}) FILTER (WHERE ago > {skip} AND ago <= {days + skip}), 0)"


def share(part: str, whole: str) -> str:
    return f"({part}) / nullif({whole}, 0)"


def days_since(column: str) -> str:
    return f"(max(as_of_ms) - max({column})) / 86400000"


def entropy(parts: Sequence[str], whole: str) -> str:
    terms = [f"coalesce({share(part, whole)} * log2(nullif({share(part, whole)}, 0)), 0)" for part in parts]
    return f"CASE WHEN {whole} > 0 THEN -({' + '.join(terms)}) END"


def per_100_songs(column: str) -> str:
    return share(f"100 * {total(column, 30)}", total("songs", 30))


def against_baseline(column: str) -> str:
    days = f"greatest(least({FIRST_DAY} - 7, 60), 0)"
    return share(f"{total(column, 7)} / 7 * {days}", total(column, 60, 7))


def decayed(column: str, half_life: int) -> str:
    return f"sum({column} * pow(0.5, ago / {half_life}))"


ACTIVE = {days: f"count(*) FILTER (WHERE ago <= {days})" for days in (7, 28, 30, 90)}
EVENTS = total("events", 30)
FIRST_DAY = "max(ago)"
WEEKDAYS = [f"coalesce(sum(events) FILTER (WHERE ago <= 30 AND isodow(day) = {n}), 0)" for n in range(1, 8)]
WEEKS = [total("events", 7, 7 * week) for week in range(4)]
THUMBS = f"({total('thumbs_up', 30)} + {total('thumbs_down', 30)})"
PAID_SHARE = share("count(*) FILTER (WHERE ago <= 90 AND last_paid_ms IS NOT NULL)", ACTIVE[90])
FACTOR = f"((1 - (1 - ({ACTIVE[28]} + 1) / 30) ** 28) / 1.01)"
FEES = f"({FACTOR} * (1 - {FACTOR} ** 36) / (1 - {FACTOR}))"
MOST = "((1 / 1.01) * (1 - (1 / 1.01) ** 36) / (1 - 1 / 1.01))"

DECAYED = (
    "songs", "errors", "adverts", "thumbs_down", "thumbs_up", "playlist_adds", "friend_adds", "help_visits",
    "settings_visits", "downgrade_visits", "upgrade_visits",
)  # fmt: skip
USED = ("songs", "thumbs_up", "thumbs_down", "playlist_adds", "friend_adds", "help_visits", "settings_visits")

STATE = "regexp_extract(location, ', ([A-Z]{2})(-[A-Z]{2})*$', 1)"
REGION = f"""CASE WHEN {STATE} IN ('CT', 'ME', 'MA', 'NH', 'RI', 'VT', 'NJ', 'NY', 'PA') THEN 'Northeast'
    WHEN {STATE} IN ('IL', 'IN', 'MI', 'OH', 'WI', 'IA', 'KS', 'MN', 'MO', 'NE', 'ND', 'SD') THEN 'Midwest'
    WHEN {STATE} IN ('AZ', 'CO', 'ID', 'MT', 'NV', 'NM', 'UT', 'WY', 'AK', 'CA', 'HI', 'OR', 'WA') THEN 'West'
    WHEN {STATE} != '' THEN 'South' END"""

ZONE = f"""CASE
    WHEN {STATE} IN ('AL', 'AR', 'IA', 'IL', 'KS', 'LA', 'MN', 'MO', 'MS', 'ND', 'NE', 'OK', 'SD', 'TN', 'TX', 'WI')
        THEN 'America/Chicago'
    WHEN {STATE} IN ('CA', 'NV', 'OR', 'WA') THEN 'America/Los_Angeles'
    WHEN {STATE} IN ('CO', 'MT', 'NM', 'UT', 'WY') THEN 'America/Denver'
    WHEN {STATE} = 'MI' THEN 'America/Detroit' WHEN {STATE} = 'IN' THEN 'America/Indiana/Indianapolis'
    WHEN {STATE} = 'ID' THEN 'America/Boise' WHEN {STATE} = 'AZ' THEN 'America/Phoenix'
    WHEN {STATE} = 'AK' THEN 'America/Anchorage' WHEN {STATE} = 'HI' THEN 'Pacific/Honolulu'
    WHEN {STATE} != '' THEN 'America/New_York' END"""

AGE = f"CASE WHEN max(registration_ms) <= max(as_of_ms) THEN {days_since('registration_ms')} END"


def decayed_days(half_life: int) -> str:
    days = f"greatest(coalesce(floor({AGE}), 0), {FIRST_DAY})::bigint"
    return f"list_sum(list_transform(range(1, {days} + 1), lambda ago: pow(0.5, ago / {half_life})))"


OF_TILES = {
    "account_age_days": AGE,
    "tenure_bin": f"CASE WHEN {AGE} < 30 THEN 0 WHEN {AGE} < 90 THEN 1 WHEN {AGE} < 365 THEN 2 "
    f"WHEN {AGE} >= 365 THEN 3 END",
    "history_days": FIRST_DAY,
    "weekend_share_30d": share("count(*) FILTER (WHERE ago <= 30 AND isodow(day) >= 6)", ACTIVE[30]),
    **{f"{part}_share_30d": share(total(f"{part}_events", 30), EVENTS) for part in ("evening", "night", "morning")},
    "day_part_entropy_30d": entropy([total(part, 30) for part in HOURS], EVENTS),
    "weekday_entropy_30d": entropy(WEEKDAYS, EVENTS),
    "weekday_share_max_30d": share(f"greatest({', '.join(WEEKDAYS)})", EVENTS),
    **{f"days_active_{days}d": ACTIVE[days] for days in (7, 30, 90)},
    **{f"songs_{days}d": total("songs", days) for days in (7, 14, 30)},
    "songs_per_active_day_30d": share(total("songs", 30), ACTIVE[30]),
    "listening_hours_30d": f"{total('listening_ms', 30)} / 3600000",
    "thumbs_up_share_30d": share(total("thumbs_up", 30), THUMBS),
    **{f"{name}_30d": total(name, 30) for name in PAGES if name not in ("songs", "upgrades", "downgrades")},
    **{
        f"{name}_per_100_songs_30d": per_100_songs(name)
        for name in ("thumbs_up", "thumbs_down", "playlist_adds", "adverts")
    },
    "error_rate_30d": share(total("errors", 30), EVENTS),
    "client_error_share_30d": share(total("client_errors", 30), EVENTS),
    "server_error_share_30d": share(total("server_errors", 30), EVENTS),
    "days_since_last_event": days_since("last_ms"),
    "days_since_last_song": days_since("last_song_ms"),
    **{f"events_{days}d": total("events", days) for days in (7, 14, 30)},
    "recent_activity_ratio": share(total("events", 7), EVENTS),
    "events_vs_baseline_7d": against_baseline("events"),
    "songs_vs_baseline_7d": against_baseline("songs"),
    "events_slope_28d": f"(3 * ({WEEKS[0]} - {WEEKS[3]}) + {WEEKS[1]} - {WEEKS[2]}) / 10",
    "events_change_30d": share(f"{EVENTS} - {total('events', 30, 30)}", f"{EVENTS} + {total('events', 30, 30)}"),
    "level": "CASE WHEN coalesce(max(last_paid_ms), 0) >= coalesce(max(last_free_ms), 0) THEN 'paid' ELSE 'free' END",
    "gender": "arg_max(gender, day) FILTER (WHERE gender IN ('F', 'M'))",
    "region": "arg_max(region, day) FILTER (WHERE region IS NOT NULL)",
    "is_paid": "(coalesce(max(last_paid_ms), 0) >= coalesce(max(last_free_ms), 0))::int",
    "paid_share_90d": PAID_SHARE,
    "days_since_downgrade_visit": "min(ago) FILTER (WHERE downgrade_visits > 0)",
    "days_since_upgrade_visit": "min(ago) FILTER (WHERE upgrade_visits > 0)",
    "upgrades": "sum(upgrades)",
    "downgrades": "sum(downgrades)",
    "engagement_score_30d": f"20 * (least({ACTIVE[30]} / 30, 1) + least({total('songs', 30)} / 500, 1) + "
    f"least({total('playlist_adds', 30)} / 20, 1) + least({THUMBS} / 40, 1) + "
    f"least({total('friend_adds', 30)} / 10, 1))",
    "rfm_recency_days": "min(ago)",
    "rfm_monetary_90d": "count(*) FILTER (WHERE ago <= 90 AND last_paid_ms IS NOT NULL)",
    "retention_28d": f"1 - (1 - ({ACTIVE[28]} + 1) / 30) ** 28",
    "clv_3y": f"{PAID_SHARE} * {FEES}",
    "clv_score": f"100 * {PAID_SHARE} * {FEES} / {MOST}",
    "registration_missing": f"(({AGE}) IS NULL)::int",
    "no_songs_30d": f"({total('songs', 30)} = 0)::int",
    "no_thumbs_30d": f"({THUMBS} = 0)::int",
    "total_songs": "sum(songs)",
    "total_events": "sum(events)",
    "days_active": "count(*)",
    "feature_usage_score": f"100 * ({' + '.join(f'({total(name, 30)} > 0)::int' for name in USED)}) / {len(USED)}",
    **{f"decayed_days_{half_life}": decayed_days(half_life) for half_life in (7, 14, 30)},
    **{
        f"active_share_decayed_{half_life}": f"{decayed('1', half_life)} / {decayed_days(half_life)}"
        for half_life in (7, 14, 30)
    },
    **{f"{name}_decayed_{half_life}": decayed(name, half_life) for name in DECAYED for half_life in (3, 7, 14, 30)},
    **{
        f"{name}_per_100_songs_decayed_{half_life}": f"100 * {decayed(name, half_life)} / "
        f"({decayed('songs', half_life)} + 5)"
        for name in ("errors", "adverts", "thumbs_down", "thumbs_up")
        for half_life in (7, 14, 30)
    },
}
BEGUN = {days: f"count(*) FILTER (WHERE starts AND ago <= {days})" for days in (7, 14, 30, 90)}
MINUTES = f"{total('seconds', 30)} / nullif({BEGUN[30]}, 0)"
INTERVALS = [f"{function}(pause) FILTER (WHERE ago <= 90)" for function in ("avg", "stddev_pop")]
OF_SESSIONS = {
    **{f"sessions_{days}d": BEGUN[days] for days in (7, 14, 30)},
    "rfm_frequency_90d": BEGUN[90],
    "session_minutes_mean_30d": f"{MINUTES} / 60",
    "session_minutes_std_30d": f"CASE WHEN {BEGUN[30]} > 0 THEN "
    f"sqrt(greatest({share(total('squares', 30), BEGUN[30])} - ({MINUTES}) ** 2, 0)) / 60 END",
    "session_interval_hours_mean_90d": f"{INTERVALS[0]} / 3600",
    "session_interval_hours_std_90d": f"{INTERVALS[1]} / 3600",
    "session_consistency_90d": f"1 / (1 + {INTERVALS[1]} / nullif({INTERVALS[0]}, 0))",
    "no_sessions_30d": f"({BEGUN[30]} = 0)::int",
    "total_sessions": "count(*) FILTER (WHERE starts)",
    "login_frequency_30d": f"{BEGUN[30]} / least({FIRST_DAY}, 30)",
    **{f"sessions_decayed_{half_life}": decayed("starts::int", half_life) for half_life in (3, 7, 14, 30)},
}


def duckdb_query(silver: str, as_of_days: Sequence[date], session: str) -> str:
    """All features but the quintiles at each of the days; `silver` is what stands after FROM."""
    pages = ", ".join(f"count(*) FILTER (WHERE page = '{page}') AS {name}" for name, page in PAGES.items())
    hours = ", ".join(
        f"count(*) FILTER (WHERE local_hour BETWEEN {first} AND {last}) AS {name}"
        for name, (first, last) in HOURS.items()
    )
    per_day = ", ".join(
        f"{name}_decayed_{half_life} / decayed_days_{half_life} AS {name}_per_day_decayed_{half_life}"
        for name in ("sessions", "songs")
        for half_life in (7, 14, 30)
    )
    of_tiles = ", ".join(f"{sql} AS {name}" for name, sql in OF_TILES.items())
    of_sessions = ", ".join(f"{sql} AS {name}" for name, sql in OF_SESSIONS.items())
    return f"""
    WITH as_ofs AS (SELECT unnest([{", ".join(f"DATE '{day}'" for day in as_of_days)}]) AS as_of_day),
    placed AS (
        SELECT *, last_value({ZONE} IGNORE NULLS) OVER (
            PARTITION BY user_id, event_date ORDER BY event_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS zone
        FROM {silver} WHERE user_id IS NOT NULL),
    events AS (
        SELECT *, hour(timezone(coalesce(zone, 'UTC'), to_timestamp(event_ms / 1000))) AS local_hour FROM placed),
    tiles AS (
        SELECT user_id, event_date AS day, count(*) AS events, {pages}, {hours},
            coalesce(sum(length_ms) FILTER (WHERE page = 'NextSong'), 0) AS listening_ms,
            count(*) FILTER (WHERE status BETWEEN 400 AND 499) AS client_errors,
            count(*) FILTER (WHERE status BETWEEN 500 AND 599) AS server_errors,
            max(event_ms) AS last_ms, max(event_ms) FILTER (WHERE page = 'NextSong') AS last_song_ms,
            max(event_ms) FILTER (WHERE page = 'Cancellation Confirmation') AS cancelled_ms,
            max(event_ms) FILTER (WHERE level = 'paid') AS last_paid_ms,
            max(event_ms) FILTER (WHERE level = 'free') AS last_free_ms, max(registration_ms) AS registration_ms,
            arg_max(gender, event_ms) FILTER (WHERE gender IS NOT NULL) AS gender,
            arg_max({REGION}, event_ms) FILTER (WHERE location IS NOT NULL) AS region
        FROM events GROUP BY ALL),
    of_tiles AS (
        SELECT user_id, as_of_day, {of_tiles}
        FROM (SELECT *, as_of_day - day AS ago, epoch_ms(as_of_day) AS as_of_ms
              FROM tiles JOIN as_ofs ON day < as_of_day)
        GROUP BY user_id, as_of_day 
        HAVING coalesce(max(day) FILTER (WHERE cancelled_ms IS NOT NULL) < max(day), true)),
    parts AS (
        SELECT user_id, {session} AS session, event_date AS day, min(event_ms) AS first_ms, max(event_ms) AS last_ms
        FROM events GROUP BY ALL),
    lengths AS (
        SELECT user_id, day, first_ms, row_number() OVER in_session = 1 AS starts,
            (last_ms - min(first_ms) OVER in_session) // 1000 AS length,
            coalesce((lag(last_ms) OVER in_session - min(first_ms) OVER in_session) // 1000, 0) AS before
        FROM parts WINDOW in_session AS (PARTITION BY user_id, session ORDER BY day)),
    sessions AS (
        SELECT user_id, day, starts, length - before AS seconds, length ** 2 - before ** 2 AS squares,
            CASE WHEN starts THEN
                (first_ms - lag(first_ms) OVER (PARTITION BY user_id, starts ORDER BY first_ms)) // 1000 END AS pause
        FROM lengths),
    of_sessions AS (
        SELECT user_id, as_of_day, {of_sessions}
        FROM (SELECT *, as_of_day - day AS ago FROM sessions JOIN as_ofs ON day < as_of_day)
        GROUP BY user_id, as_of_day),
    songs AS (
        SELECT user_id, as_of_day, artist, song, count(*) AS plays
        FROM events JOIN as_ofs ON event_date < as_of_day AND event_date >= as_of_day - 30
        WHERE page = 'NextSong' GROUP BY ALL),
    artists AS (
        SELECT user_id, as_of_day, count(*) AS songs, sum(plays) AS plays FROM songs
        GROUP BY user_id, as_of_day, artist),
    of_plays AS (
        SELECT user_id, as_of_day, count(*) AS unique_artists_30d, sum(songs) AS unique_songs_30d,
            greatest(log2(sum(plays)) - sum(plays * log2(plays)) / sum(plays), 0) AS artist_entropy_30d,
            1 - sum(songs) / sum(plays) AS repeat_share_30d
        FROM artists GROUP BY user_id, as_of_day)
    SELECT *, {per_day},
        {share("songs_30d", "sessions_30d")} AS songs_per_session_30d,
        {share("logouts_30d", "sessions_30d")} AS logouts_per_session_30d
    FROM of_tiles JOIN of_sessions USING (user_id, as_of_day) LEFT JOIN of_plays USING (user_id, as_of_day)
    """


def naive_aggregates() -> dict[str, tuple[int, str]]:
    """Features that one aggregate over the events of so many days gives, in Spark SQL; fewer than there are."""
    counts = {name: f"count_if(page = '{page}')" for name, page in PAGES.items()}
    return {
        **{f"{name}_30d": (30, sql) for name, sql in counts.items()},
        **{f"{name}_per_100_songs_30d": (30, f"try_divide(100 * {counts[name]}, {counts['songs']})")
           for name in ("thumbs_up", "thumbs_down", "playlist_adds", "adverts")},
        **{f"songs_{days}d": (days, counts["songs"]) for days in (7, 14)},
        **{f"events_{days}d": (days, "count(*)") for days in (7, 14, 30)},
        **{f"days_active_{days}d": (days, "count(DISTINCT event_date)") for days in (7, 30, 90)},
        **{f"sessions_{days}d": (days, "count(DISTINCT session_id)") for days in (7, 14, 30, 90)},
        "listening_hours_30d": (30, "sum(length_ms) / 3600000"),
        "error_rate_30d": (30, "count_if(page = 'Error') / count(*)"),
        "client_error_share_30d": (30, "count_if(status BETWEEN 400 AND 499) / count(*)"),
        "unique_artists_30d": (30, "count(DISTINCT artist)"),
        "unique_songs_30d": (30, "count(DISTINCT artist, song)"),
        "last_ms": (100_000, "max(event_ms)"),
        "registration_ms": (100_000, "max(registration_ms)"),
    }  # fmt: skip
