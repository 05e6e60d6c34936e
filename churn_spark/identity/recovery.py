"""Recovery of missing user IDs, from the tracks of users in their sessions and from the logins that follow.

The method, step by step. Steps 3 to 5 look only at rows that still have no user.

1. `missing_and_ends` keeps the rows without a user, the rows at the ends of tracks and of gaps, and the logins.
   A track is the rows of one user in one session, in order of item number.
2. `by_runs` joins missing rows of successive item numbers to runs. A run gets the user of the track beside it.
   Evidence `both sides`: the track before the run and the track after it belong to the same user.
   Evidence `one side`: only one of the two tracks names a user clearly.
   Reason: every event of a user gets the next item number of the session.
3. `by_registration` gives a row the only user of its session with the same time of registration.
   Evidence `registration`. Reason: two users of one session hardly registered in the same millisecond.
4. `by_only_user` gives a row the only user of its session, if it lies in a gap of that user's track.
   Evidence `fits`. Reason: nobody else is known there.
   The evidence is weak, because a user whom no line names may share the session.
5. `by_login` gives a row the user who alone logs in soon after it, from the same place and browser.
   Evidence `login`. Reason: a visitor of the same place and browser within minutes is mostly the same person.
6. `with_out_of_sequence` marks the rows whose item numbers do not increase with time in their user's track.
7. `_as_events` takes marked users back, with confidence 0. For all others it turns the evidence into
   `user_id_source` and `user_id_confidence`.

A worked example: `session_gap_hours` is 6, `login_minutes` is 60. All rows have the same location, browser and level.
A dash stands for null.

row | session | time  | item | page  | user before | what speaks for whom            | user after | source  | confidence
1   | 37      | 09:50 | 0    | Home  | -           | login: ann in row 2             | ann        | login   | 0.99
2   | 38      | 10:00 | 0    | Login | -           | one side: ann's row 3           | ann        | session | 0.998
3   | 38      | 10:01 | 1    | Home  | ann         | logged: the line itself         | ann        | logged  | 1.0
4   | 38      | 10:02 | 2    | Home  | -           | both sides: ann's rows 3 and 5  | ann        | session | 0.999
5   | 38      | 10:03 | 3    | Home  | ann         | logged: the line itself         | ann        | logged  | 1.0
6   | 38      | 10:05 | 6    | Home  | -           | fits: only ann, and 6 follows 3 | ann        | session | 0.5
7   | 38      | 10:07 | 9    | Home  | -           | taken back: item 8 comes later  | -          | -       | 0.0
8   | 38      | 10:08 | 8    | Home  | -           | taken back: item 9 came before  | -          | -       | 0.0
9   | 38      | 10:10 | 2    | Home  | -           | nobody: ann is past item 2      | -          | -       | -

If another line of session 38 named bob (10:04, item 0), the source of rows 2 and 4 would be `sequence`. Rows 6 to 8
would stay unknown, because two users would be possible.

The functions hand each other these scratch columns. `user_id` itself is null until a step has found the user.

column          | made by              | dropped by     | meaning
missing         | missing_and_ends     | _as_events     | whether the line names no user
event           | missing_and_ends     | _as_events     | all columns of a missing row except `user_id`, as a struct
before          | missing_and_ends     | _at_their_ends | item_in_session and event_ms of the row before in the track
after           | missing_and_ends     | _at_their_ends | item_in_session and event_ms of the row after in the track
opens_left      | missing_and_ends     | by_only_user   | whether item numbers are missing before the row in its track
opens_right     | missing_and_ends     | by_only_user   | whether item numbers are missing after the row in its track
head            | _in_runs             | _at_their_ends | whether the row is the first of a run
tail            | _in_runs             | _at_their_ends | whether the row is the last of a run
first           | _in_runs             | by_runs        | event_ms and item_in_session of the first row of the run
last            | _at_their_ends       | by_runs        | event_ms and item_in_session of the last row of the run
source          | _at_their_ends       | by_runs        | the row of a track after which the run may come, and `clear`
target          | _at_their_ends       | by_runs        | the row of a track before which the run may come, and `clear`
evidence        | by_runs              | _as_events     | what speaks for the recovered user: a key of CONFIDENCE
users           | by_only_user         | _as_events     | how many users the session names: 0, 1, or 2 for several
out_of_sequence | with_out_of_sequence | _as_events     | whether the user must be taken back
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_HOUR, MS_PER_MINUTE
from churn_spark.identity.logins import by_login
from churn_spark.identity.sequence import by_only_user, by_registration, by_runs
from churn_spark.identity.tracks import missing_and_ends
from churn_spark.identity.validation import with_out_of_sequence
from churn_spark.settings.identity import IdentitySettings

CONFIDENCE = {  # share of recovered IDs that were right, on all simulated logs of tests/benchmarks/bench_recovery.py
    "both sides": 0.999,
    "registration": 0.999,  # assumed: no simulated line tells a registration without the user
    "one side": 0.998,
    "login": 0.99,
    "fits": 0.5,
}


def recover_user_ids(events: DataFrame, settings: IdentitySettings) -> DataFrame:
    """Fill `user_id` where the session or a login tells it; add `user_id_source` and `user_id_confidence`.

    Needs silver events with `session_key`. It does not matter which lines have lost their user.

    `user_id_source` is

    - logged: the line names the user. Such a row is never altered.
    - session: the lines of the session name one user, and the row belongs to that user's track.
    - sequence: they name several users, and item numbers and times (or the registration) tell which of them it is.
    - login: one user alone logs in from the same location and browser within `login_minutes`.
    - null: no user or several users are possible.

    `user_id_confidence` is

    - 1 if the line names the user.
    - The share of such rows that were right on simulated logs, if the user is recovered: CONFIDENCE of the evidence.
    - 0 if a user was found and taken back: otherwise the item numbers of the track would not increase with time.
    - null if no user was found.

    A row depends on the other rows of its session_key. If these tell no user, it also depends on later rows: those of
    the same location and browser within `login_minutes`, and the session_keys of the logins among them.
    The order and the partitions of the input do not matter.
    """
    logged = events.where("user_id IS NOT NULL").withColumns(
        {"user_id_source": F.lit("logged"), "user_id_confidence": F.lit(1.0)}
    )
    recovered = (
        events.transform(missing_and_ends)
        .transform(by_runs, int(settings.session_gap_hours * MS_PER_HOUR))
        .transform(by_registration)
        .transform(by_only_user)
        .transform(by_login, settings.login_minutes * MS_PER_MINUTE)
        .transform(with_out_of_sequence)
        .transform(_as_events)
    )
    return logged.unionByName(recovered)


def _as_events(rows: DataFrame) -> DataFrame:
    """Select the missing rows with all their columns; take back each user whose row is out of sequence."""
    evidence, valid = F.col("evidence"), ~F.col("out_of_sequence")
    source = F.when(evidence == "login", "login").when(F.col("users") == 1, "session").otherwise("sequence")
    confidence = F.coalesce(*[F.when(evidence == name, share) for name, share in CONFIDENCE.items()])
    return rows.where("missing").select(
        "event.*",
        F.when(valid, F.col("user_id")).alias("user_id"),
        F.when(valid & evidence.isNotNull(), source).alias("user_id_source"),
        F.when(valid, confidence).otherwise(0.0).alias("user_id_confidence"),
    )
