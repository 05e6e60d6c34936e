"""Missing user IDs, recovered from the tracks that users leave in their sessions and from the logins that follow."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_HOUR, MS_PER_MINUTE
from churn_spark.identity.logins import by_login
from churn_spark.identity.sequence import by_only_user, by_registration, by_runs
from churn_spark.identity.tracks import missing_and_ends
from churn_spark.identity.validation import with_out_of_sequence
from churn_spark.settings import IdentitySettings

CONFIDENCE = {  # share of the given IDs that were right on all simulated logs of tests/benchmarks/bench_recovery.py
    "both sides": 0.999,
    "registration": 0.999,  # assumed: no simulated line tells a registration without the user
    "one side": 0.998,
    "login": 0.99,
    "fits": 0.5,
}


def recover_user_ids(events: DataFrame, settings: IdentitySettings) -> DataFrame:
    """Fill `user_id` where the session or a login tells it; add `user_id_source` and `user_id_confidence`.

    Needs silver events with `session_key`, and works whichever lines have lost their user. A source is

    logged: the line names the user, and is never altered.
    session: the only user whom the session names, where number and time fit the gaps of the track.
    sequence: in a session of several users, the one whose numbers and times the row's run continues or leads to.
    login: the only one to log in from the same location and user agent within `login_minutes`.
    null: nobody, or several users as well.

    The confidence is the share of such rows that were right on simulated logs, by what spoke for the user: CONFIDENCE;
    1 where logged, null where nobody was found, and 0 where a user was found and taken back, because the numbers of the
    track would not increase with time.

    A row depends on the rows of its session_key, and without a user in these on the rows of its location and user agent
    within `login_minutes` after it, with the session_keys of the logins among them. The order and the partitions of the
    input do not matter.
    """
    named = events.where("user_id IS NOT NULL").withColumns(
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
    return named.unionByName(recovered)


def _as_events(rows: DataFrame) -> DataFrame:
    """The whole rows again, with what was found; what breaks its track is taken back."""
    evidence, valid = F.col("evidence"), ~F.col("out_of_sequence")
    source = F.when(evidence == "login", "login").when(F.col("users") == 1, "session").otherwise("sequence")
    confidence = F.coalesce(*[F.when(evidence == name, share) for name, share in CONFIDENCE.items()])
    return rows.where("missing").select(
        "event.*",
        F.when(valid, F.col("user_id")).alias("user_id"),
        F.when(valid & evidence.isNotNull(), source).alias("user_id_source"),
        F.when(valid, confidence).otherwise(0.0).alias("user_id_confidence"),
    )
