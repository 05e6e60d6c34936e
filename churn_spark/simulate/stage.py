"""The stage that writes simulated logs, for demos, tests and benchmarks."""

from collections.abc import Mapping

from churn_spark.errors import UserError
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.simulate.simulation import simulate_logs


def simulate(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Write the simulator's logs and their truth, unless they are there already."""
    if settings.truth is None:
        raise UserError("ingest.logs: names logs of your own; leave it null to simulate some")
    simulate_logs(lake.spark, settings.simulate, settings.logs, settings.truth)
    return {"users": settings.simulate.users, "days": settings.simulate.days}
