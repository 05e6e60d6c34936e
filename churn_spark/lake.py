"""Reading and writing the declared Delta tables, by path or by catalog, every write idempotent.

Goes by SQL and the DataFrame API alone, so that it works in a session of any kind.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from delta.exceptions import ConcurrentTransactionException
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.types import DataType, StructType

from churn_spark.commits import commit_in_turn
from churn_spark.errors import DataRefused
from churn_spark.session import delta_version, local_path
from churn_spark.settings.lake import LakeSettings
from churn_spark.table import Table

KEYS, TIMESTAMP_KEY = "churn_spark.keys", "churn_spark.timestamp_key"
CHECKPOINT_INTERVAL = 100  # commits; a checkpoint costs as much as ten small commits, and Delta's default is ten
COMMIT_SECONDS = 10  # at most, between the folder of a new table and its first commit


@dataclass(frozen=True)
class Lake:
    """The tables of one lake, as one run sees them; remembers which of them it read and wrote, for `ops.runs`."""

    spark: SparkSession
    settings: LakeSettings
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tables_read: set[Table] = field(default_factory=set)
    tables_written: set[Table] = field(default_factory=set)
    tables_as_declared: set[Table] = field(default_factory=set)
    recorded: dict[Table, list[tuple[Any, ...]]] = field(default_factory=dict)

    def name(self, table: Table) -> str:
        """The table's name in SQL: `catalog.schema.table`, or delta.`<root>/schema/table`."""
        if self.settings.catalog:
            return f"{self.settings.catalog}.{self.settings.schema_prefix}{table.name}"
        return f"delta.`{self._path(table)}`"

    def exists(self, table: Table) -> bool:
        """Whether the table has been made."""
        try:
            return self.spark.catalog.tableExists(self.name(table))
        except AnalysisException as error:
            if error.getCondition() == "DELTA_MISSING_DELTA_TABLE":  # raised for a path, instead of an answer
                return False
            raise

    def version(self, table: Table) -> int:
        """The table's newest Delta version."""
        known = None if self.settings.catalog else delta_version(self.spark, self._path(table))
        if known is not None:
            return known
        return int(self.spark.sql(f"DESCRIBE HISTORY {self.name(table)} LIMIT 1").collect()[0]["version"])

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """The table as it is now or was at a version. Raises DataRefused where no job has made it yet."""
        if not self.exists(table):
            raise DataRefused(f"{table.name}: no such table in the lake yet; run the job that makes it first")
        self.tables_read.add(table)
        reader = self.spark.read if version is None else self.spark.read.option("versionAsOf", version)
        return reader.table(self.name(table))

    def changes(self, table: Table, after: int, until: int) -> DataFrame:
        """Rows that the commits after version `after`, up to `until`, added or removed, from the change feed."""
        feed = self.spark.read.option("readChangeFeed", True)
        feed = feed.option("startingVersion", after + 1).option("endingVersion", until)
        return feed.table(self.name(table))

    def notes(self, table: Table) -> dict[int, dict[str, Any]]:
        """What `replace` noted at each version, oldest first; versions without a note are left out.

        A note says what the rows were `made_from`, by which `definition` of the table, and which `days` the commit
        changed (null: it may have changed any). Delta keeps notes as long as the table's history, 30 days unless the
        table says otherwise.
        """
        if not self.exists(table):
            return {}
        history = self.spark.sql(f"DESCRIBE HISTORY {self.name(table)}").select("version", "userMetadata").collect()
        return {version: json.loads(note) for version, note in sorted(history) if note is not None}

    def made_from(self, table: Table) -> dict[str, Any]:
        """What the table's rows were last made from; empty if there are none, or none by its present definition.

        So a caller that gets nothing here makes all rows again, whether the table is new or its code has changed.
        """
        *_, newest = [{}, *self.notes(table).values()]
        return newest["made_from"] if newest.get("definition") == table.definition else {}

    def is_current(self, table: Table, made_from: Mapping[str, Any]) -> bool:
        """Whether the table's rows were last made from these inputs, by its present definition."""
        return bool(made_from) and self.made_from(table) == made_from

    def changed_days(self, table: Table, since: int | None) -> tuple[int, list[date] | None]:
        """The newest version that `replace` made, and the days, UTC, on which it differs from version `since`.

        The days are in order; None: it may differ on any day. Raises DataRefused if the table has not been made yet.

        Example: versions 4 and 5 changed 2 May and 3 May. Since 3: (5, [2 May, 3 May]); since 5: (5, []).
        """
        notes = self.notes(table)
        if not notes:
            raise DataRefused(f"{table.name}: holds no rows yet; run the job that makes it first")
        newest = max(notes)
        changes: list[list[str] | None] = [
            note.get("days") for version, note in notes.items() if version > (since or 0)
        ]
        if since not in notes or None in changes:  # a version that the table's history has forgotten
            return newest, None
        return newest, sorted({date.fromisoformat(day) for days in changes for day in days or ()})

    def declared(self, name: str) -> Table:
        """The table of that name with the keys that it was made with. Raises DataRefused if there is none."""
        table = Table(name, comment="", columns="", evolves=True)
        if not self.exists(table):
            raise DataRefused(f"{name}: no such table in the lake yet; create it first")
        properties = self.spark.sql(f"DESCRIBE DETAIL {self.name(table)}").collect()[0]["properties"]
        keys = properties.get(KEYS, "")
        return replace(
            table, keys=tuple(keys.split(",")) if keys else (), timestamp_key=properties.get(TIMESTAMP_KEY) or None
        )

    def append(self, table: Table, rows: DataFrame, writer: str, batch: int, replaced: Column | None = None) -> None:
        """Add rows once: nothing happens if the writer has appended this batch number or a higher one before.

        The same commit removes all rows of the table that match `replaced`; `rows` must match it too.

        Example: a writer has appended the batches 1 and 2. Batch 2 again adds nothing, and batch 3 adds its rows.
        """
        self.create(table)
        write = rows.writeTo(self.name(table)).option("mergeSchema", table.evolves)
        write = write.option("txnAppId", writer).option("txnVersion", batch)
        try:
            self._commit(table, write.append if replaced is None else lambda: write.overwrite(replaced))
        except ConcurrentTransactionException:  # another job has appended it meanwhile
            return
        self.tables_written.add(table)

    def record(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep rows about this run until `write_recorded`, so that they take one commit however many they are."""
        self.recorded.setdefault(table, []).extend(rows)

    def write_recorded(self) -> None:
        """Append what was recorded since the last call."""
        while self.recorded:
            table, rows = self.recorded.popitem()
            self.append(table, self.spark.createDataFrame(rows, table.columns), uuid.uuid4().hex, batch=0)

    def replace(
        self,
        table: Table,
        rows: DataFrame,
        where: str = "true",
        made_from: Mapping[str, Any] | None = None,
        days: Sequence[date] | None = None,
    ) -> None:
        """Replace all rows that match `where` by `rows`, which must match it too, in one commit with its note.

        `made_from` and `days` are what the note says: see `notes`.
        """
        self.create(table)
        changed = None if days is None else [day.isoformat() for day in days]
        note = {"definition": table.definition, "made_from": made_from or {}, "days": changed}
        # Without replaceWhere Delta forgets the table's clustering on an overwrite.
        write = rows.write.format("delta").mode("overwrite").option("replaceWhere", where)
        write = write.option("mergeSchema", table.evolves).option("userMetadata", json.dumps(note))
        if self.settings.catalog:
            self._commit(table, lambda: write.saveAsTable(self.name(table)))
        else:
            self._commit(table, lambda: write.save(self._path(table)))
        self.tables_written.add(table)

    def merge(self, table: Table, rows: DataFrame) -> None:
        """Update the rows whose keys the table has, insert the others; keys must be unique in `rows`."""
        self.create(table)
        evolution = "WITH SCHEMA EVOLUTION " if table.evolves else ""
        same_keys = " AND ".join(f"old.{key} = new.{key}" for key in table.keys)
        statement = (
            f"MERGE {evolution}INTO {self.name(table)} AS old USING {{rows}} AS new ON {same_keys} "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )
        self._commit(table, lambda: self.spark.sql(statement, rows=rows))
        self.tables_written.add(table)

    def create(self, table: Table) -> None:
        """Make the table as it is declared; if it is there, add the declared columns that it lacks.

        The table's properties tell its keys. Added columns are null in the rows that are there.
        """
        if table in self.tables_as_declared or not table.columns:
            return
        if self.exists(table):
            self._add_columns(table)
        else:
            self._create(table)
        self.tables_as_declared.add(table)

    def _add_columns(self, table: Table) -> None:
        present = {column.name: column.dataType for column in self.spark.read.table(self.name(table)).schema}
        missing = []
        for column in cast(StructType, DataType.fromDDL(table.columns)).fields:
            declared = column.dataType.simpleString()
            if column.name not in present:
                comment = _quoted(column.metadata.get("comment", ""))
                missing.append(f"{column.name} {declared} COMMENT '{comment}'")
            elif declared != (stored := present[column.name].simpleString()):
                raise DataRefused(
                    f"{table.name}: the column {column.name} is {stored} in the lake and {declared} in this release; "
                    "drop the table, and the next run makes it again"
                )
        if missing:
            statement = f"ALTER TABLE {self.name(table)} ADD COLUMNS ({', '.join(missing)})"
            self._commit(table, lambda: self.spark.sql(statement))

    def _create(self, table: Table) -> None:
        columns = table.columns
        if self.settings.primary_keys and table.keys:
            keys = [f"{key} TIMESERIES" if key == table.timestamp_key else key for key in table.keys]
            columns += f", CONSTRAINT {table.name.replace('.', '_')}_key PRIMARY KEY ({', '.join(keys)})"
        if self.settings.catalog:
            self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self.name(table).rpartition('.')[0]}")
        clustering = f"CLUSTER BY ({', '.join(table.cluster_by)})" if table.cluster_by else ""
        skipped_by = ",".join(dict.fromkeys((*table.cluster_by, *table.keys, *table.skip_by)))
        statistics = f"delta.dataSkippingStatsColumns = '{skipped_by}', " if skipped_by else ""
        properties = (
            f"delta.enableChangeDataFeed = {str(table.change_feed).lower()}, "
            f"delta.checkpointInterval = {CHECKPOINT_INTERVAL}, {statistics}"
            f"{KEYS} = '{','.join(table.keys)}', {TIMESTAMP_KEY} = '{table.timestamp_key or ''}'"
        )
        comment = _quoted(table.comment)
        definition = f"({columns}) USING DELTA {clustering} COMMENT '{comment}' TBLPROPERTIES ({properties})"
        statement = f"CREATE TABLE IF NOT EXISTS {self.name(table)} {definition}"
        while not self.exists(table):
            try:
                self._commit(table, lambda: self.spark.sql(statement))
            except AnalysisException as error:
                if error.getCondition() != "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION":
                    raise
            if not self.exists(table):  # Delta takes a mere folder of that name for the table
                self._await_commit(table)

    def _await_commit(self, table: Table) -> None:
        """Wait for another job to commit the table whose folder it has made; remove what a killed job left.

        Raises DataRefused if there is a commit in the folder, or if it does not lie on this machine's disk.
        """
        for _ in range(COMMIT_SECONDS):
            time.sleep(1)
            try:
                self.spark.sql(f"REFRESH TABLE {self.name(table)}")  # Delta remembers that it was not there
                return
            except AnalysisException as error:
                if error.getCondition() != "DELTA_MISSING_DELTA_TABLE":
                    raise
        log = local_path(self.spark, f"{self._path(table)}/_delta_log")
        files = [path for path in log.rglob("*") if path.is_file()] if log else []
        if log is None or not all(path.name.startswith(".") for path in files):  # a commit not done has a hidden name
            raise DataRefused(
                f"{table.name}: {self._path(table)} holds files but no table, because a job was killed while it made "
                "the table; remove that folder and run again"
            )

        def remove() -> None:
            for path in files:
                path.unlink(missing_ok=True)
            for folder in (log / "_staged_commits", log):
                with suppress(OSError):  # it is not there, or there is something in it by now
                    folder.rmdir()

        self._commit(table, remove)  # in the table's turn no other job can be in the middle of a commit

    def _path(self, table: Table) -> str:
        return self.settings.path(*f"{self.settings.schema_prefix}{table.name}".split("."))

    def _commit(self, table: Table, commit: Callable[[], object]) -> None:
        commit_in_turn(self.spark, None if self.settings.catalog else self._path(table), commit)


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")
