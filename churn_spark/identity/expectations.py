"""What `silver.events` must keep."""

from churn_spark.contract.fields import EXPECTED
from churn_spark.quality.expectation import DeclaredColumns, Expectation, RowsSatisfy, RowsUnique, one_of, present
from churn_spark.settings.identity import IdentitySettings

USER_ID_SOURCES = ("logged", "session", "sequence", "login")


def silver_events(limits: IdentitySettings) -> list[Expectation]:
    """Expectations of the events with recovered users under their pseudonyms."""
    return [
        DeclaredColumns(),
        *[present(name) for name in ("event_ms", "session_key", "item_in_session", "page", "auth")],
        RowsSatisfy(
            "event_date is the UTC day of event_ms",
            "event_date <=> date_from_unix_date(int(floor(event_ms / 86400000)))",
            column="event_date",
        ),
        RowsSatisfy(
            "user_id is a pseudonym: 64 hexadecimal digits", "user_id RLIKE '^[0-9a-f]{64}$'", column="user_id"
        ),
        RowsSatisfy(
            f"at most {limits.refuse_unknown_share:.2%} of the events have no known user",
            "user_id IS NOT NULL",
            column="user_id",
            max_share=limits.refuse_unknown_share,
        ),
        one_of("user_id_source", USER_ID_SOURCES),
        RowsSatisfy(
            "user_id_source tells of every known user, and of no other, how the user is known",
            "(user_id_source IS NULL) = (user_id IS NULL)",
            column="user_id_source",
        ),
        RowsSatisfy(
            "user_id_confidence lies from 0 to 1", "user_id_confidence BETWEEN 0 AND 1", column="user_id_confidence"
        ),
        one_of("level", EXPECTED["level"], severity="warning"),
        RowsSatisfy("a song has a length above 0 ms", "length_ms > 0", column="length_ms"),
        RowsUnique(
            "no two events of a user agree in session, item number, time and page",
            ("session_id", "user_id", "item_in_session", "event_ms", "page"),
            max_share=limits.refuse_repeated_share,
            cure="if files were taken twice, as with a backup copy inside the folder, jobs/ingest.py "
            "--forget 'backup/*' takes the files of that name out again",
        ),
    ]
