"""The stage that writes simulated logs and records, for demos, tests and benchmarks."""

from collections.abc import Mapping

from churn_spark.errors import UserError
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.simulate.records import simulate_records
from churn_spark.simulate.simulation import simulate_logs


def simulate(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Write the simulator's logs with their truth, and its customers, payments, tickets and calendar.

    What is there already stays as it is.
    """
    if settings.truth is None or settings.records is None:
        raise UserError("ingest.logs: names logs of your own; leave it null to simulate some")
    simulate_logs(lake.spark, settings.simulate, settings.logs, settings.truth)
    simulate_records(lake.spark, settings.simulate, settings.records)
    return {"users": settings.simulate.users, "days": settings.simulate.days}
