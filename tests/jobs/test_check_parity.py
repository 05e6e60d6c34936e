"""jobs/check_parity.py: the feature table against the online computation."""

from datetime import date

from pyspark.sql import functions as F

from churn_spark.features.parity import NAMES
from churn_spark.features.tables import BEHAVIOR, PARITY
from churn_spark.lake import Lake
from tests.features.build import build
from tests.jobs.processes import run_in_session
from tests.rows import event

MONDAYS = (date(2026, 1, 12), date(2026, 1, 19))
EVENTS = (
    event("ann", "2026-01-05 09:00", 1, song="a/x"),
    event("ann", "2026-01-18 09:00", 2, song="a/x"),
    event("bob", "2026-01-11 09:00", 3, "Thumbs Up"),
    event("cid", "2026-01-18 23:00", 4),
)


def test_parity_is_measured_and_a_difference_refused(lake: Lake) -> None:
    build(lake, MONDAYS, *EVENTS)
    root = lake.settings.root
    equal = run_in_session("check_parity", root)
    assert (equal.returncode, equal.stdout.strip()) == (0, ""), equal.stderr
    assert f"customers 3, features {len(NAMES)}, differing 0" in equal.stderr

    rows = lake.read(BEHAVIOR)
    ann = F.col("user_id") == "ann"
    wrong = {"songs_30d": F.when(ann, 9.0).otherwise(F.col("songs_30d")), "is_paid": F.when(~ann, F.col("is_paid"))}
    lake.replace(BEHAVIOR, rows.withColumns(wrong), made_from=lake.made_from(BEHAVIOR))
    refused = run_in_session("check_parity", root)
    assert refused.returncode == 3
    assert refused.stderr.splitlines()[-1].startswith(
        f"refused: customer_features.behavior: 2 of {len(NAMES)} features are not what is computed online, "
    )
    shown = [line.split() for line in refused.stdout.splitlines()]
    assert shown == [
        ["feature", "compared", "mismatched", "missing", "extra"],
        ["is_paid", "3", "0", "0", "1"],
        ["songs_30d", "3", "1", "0", "0"],
    ]
    assert lake.read(PARITY).count() == 2 * len(NAMES)
