"""Customers, payments, tickets and the calendar beside the logs: one folder of Parquet for each source."""

from collections.abc import Callable, Mapping

import pyarrow as pa
from pyspark.sql import SparkSession

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.accounts import CUSTOMERS, customers
from churn_spark.simulate.daily_files import claim_folder, mark_complete
from churn_spark.simulate.holidays import CALENDAR, calendar
from churn_spark.simulate.payments import TRANSACTIONS, transactions
from churn_spark.simulate.simulation import of_all_blocks
from churn_spark.simulate.tickets import TICKETS, tickets

OfBlock = Callable[[SimulateSettings, int], pa.RecordBatch]

OF_USERS: Mapping[str, tuple[OfBlock, str]] = {
    "customers": (customers, CUSTOMERS),
    "transactions": (transactions, TRANSACTIONS),
    "tickets": (tickets, TICKETS),
}
COLUMNS: Mapping[str, str] = {name: columns for name, (_, columns) in OF_USERS.items()} | {"calendar": CALENDAR}


def simulate_records(spark: SparkSession, size: SimulateSettings, folder: str) -> None:
    """Write `<folder>/<source>` for every source of COLUMNS: Parquet with these columns.

    They follow from the same users, days and hidden satisfaction as the logs. A complete simulation is left as it is.
    Raises UserError if the folder holds anything but this simulation.
    """
    if not claim_folder(folder, size):
        return
    for name, (rows, columns) in OF_USERS.items():
        of_all_blocks(spark, size, rows, columns).write.mode("overwrite").parquet(f"{folder}/{name}")
    days = spark.createDataFrame(pa.Table.from_batches([calendar(size)]), CALENDAR)
    days.coalesce(1).write.mode("overwrite").parquet(f"{folder}/calendar")
    mark_complete(folder)
