"""Reading and writing the declared Delta tables, by path or by catalog, every write idempotent."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from delta.exceptions import (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentTransactionException,
    ConcurrentWriteException,
    MetadataChangedException,
    ProtocolChangedException,
)
from delta.tables import DeltaTable
from filelock import FileLock
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession

from churn_spark.errors import DataRefused
from churn_spark.settings import LakeSettings
from churn_spark.tables import Table

KEYS, TIMESTAMP_KEY = "churn_spark.keys", "churn_spark.timestamp_key"
ATTEMPTS = 5  # of a commit that other jobs come in between
COMMIT_SECONDS = 10  # between the folder of a new table and its first commit, at most
CONFLICTS = (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentWriteException,
    MetadataChangedException,
    ProtocolChangedException,
)


@dataclass(frozen=True)
class Lake:
    """The tables of one lake, as one run sees them; remembers which of them it read and wrote, for `ops.runs`."""

    spark: SparkSession
    settings: LakeSettings
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tables_read: set[Table] = field(default_factory=set)
    tables_written: set[Table] = field(default_factory=set)

    def name(self, table: Table) -> str:
        """The table's name in SQL: `catalog.schema.table`, or delta.`<root>/schema/table`."""
        if self.settings.catalog:
            return f"{self.settings.catalog}.{table.name}"
        return f"delta.`{self._path(table)}`"

    def exists(self, table: Table) -> bool:
        """Whether the table has been made."""
        if self.settings.catalog:
            return self.spark.catalog.tableExists(self.name(table))
        return DeltaTable.isDeltaTable(self.spark, self._path(table))

    def version(self, table: Table) -> int:
        """The table's newest Delta version."""
        history = self.spark.sql(f"DESCRIBE HISTORY {self.name(table)} LIMIT 1")
        return int(history.collect()[0]["version"])

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """The table as it is now or was at a version. Raises DataRefused where no job has made it yet."""
        if not self.exists(table):
            raise DataRefused(f"{table.name}: no such table in the lake yet; run the job that makes it first")
        self.tables_read.add(table)
        reader = self.spark.read if version is None else self.spark.read.option("versionAsOf", version)
        return reader.table(self.name(table))

    def changes(self, table: Table, after: int, until: int) -> DataFrame:
        """Rows that commits after one version and until another put in or took out, by the table's change feed."""
        feed = self.spark.read.option("readChangeFeed", True)
        feed = feed.option("startingVersion", after + 1).option("endingVersion", until)
        return feed.table(self.name(table))

    def notes(self, table: Table) -> dict[int, dict[str, Any]]:
        """What `replace` noted at each version, oldest first; versions without a note are left out.

        Delta keeps notes as long as the table's history, 30 days unless the table says otherwise.
        """
        if not self.exists(table):
            return {}
        history = self.spark.sql(f"DESCRIBE HISTORY {self.name(table)}").where("userMetadata IS NOT NULL")
        rows = history.select("version", "userMetadata").orderBy("version").collect()
        return {row["version"]: json.loads(row["userMetadata"]) for row in rows}

    def note(self, table: Table) -> dict[str, Any]:
        """The newest of the table's notes; empty without any."""
        *_, newest = [{}, *self.notes(table).values()]
        return newest

    def declared(self, name: str) -> Table:
        """The table of that name with the keys that it was made with. Raises DataRefused where there is none."""
        table = Table(name, comment="", columns="", evolves=True)
        if not self.exists(table):
            raise DataRefused(f"{name}: no such table in the lake yet; create it first")
        properties = self.spark.sql(f"DESCRIBE DETAIL {self.name(table)}").collect()[0]["properties"]
        keys = properties.get(KEYS, "")
        return replace(
            table, keys=tuple(keys.split(",")) if keys else (), timestamp_key=properties.get(TIMESTAMP_KEY) or None
        )

    def append(self, table: Table, rows: DataFrame, writer: str, batch: int, replaced: Column | None = None) -> None:
        """Add rows once: a batch number up to the last that the writer has appended is passed over.

        Rows of the table for which `replaced` holds go in the same commit; it must hold for all new ones.
        """
        self.create(table)
        write = rows.writeTo(self.name(table)).option("mergeSchema", table.evolves)
        write = write.option("txnAppId", writer).option("txnVersion", batch)
        try:
            self._commit(table, write.append if replaced is None else lambda: write.overwrite(replaced))
        except ConcurrentTransactionException:  # another job has appended it meanwhile
            return
        self.tables_written.add(table)

    def replace(
        self, table: Table, rows: DataFrame, where: str = "true", note: Mapping[str, Any] | None = None
    ) -> None:
        """Put rows in the place of those that meet `where`, which they must meet too, in one commit with its note."""
        self.create(table)
        # Without replaceWhere Delta forgets the table's clustering on an overwrite.
        write = rows.write.format("delta").mode("overwrite").option("replaceWhere", where)
        write = write.option("mergeSchema", table.evolves)
        if note:
            write = write.option("userMetadata", json.dumps(note))
        if self.settings.catalog:
            self._commit(table, lambda: write.saveAsTable(self.name(table)))
        else:
            self._commit(table, lambda: write.save(self._path(table)))
        self.tables_written.add(table)

    def merge(self, table: Table, rows: DataFrame) -> None:
        """Update the rows whose keys are there, insert the others; keys must be unique in `rows`."""
        self.create(table)
        target = DeltaTable.forName(self.spark, self.name(table))
        same_keys = " AND ".join(f"old.{key} = new.{key}" for key in table.keys)
        merge = target.alias("old").merge(rows.alias("new"), same_keys)
        if table.evolves:
            merge = merge.withSchemaEvolution()
        self._commit(table, merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute)
        self.tables_written.add(table)

    def create(self, table: Table) -> None:
        """Make the table, as it is declared, unless it is there; its properties tell its keys."""
        if self.exists(table):
            return
        columns = table.columns
        if self.settings.primary_keys and table.keys:
            keys = [f"{key} TIMESERIES" if key == table.timestamp_key else key for key in table.keys]
            columns += f", CONSTRAINT {table.name.replace('.', '_')}_key PRIMARY KEY ({', '.join(keys)})"
        if self.settings.catalog:
            schema = table.name.split(".")[0]
            self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self.settings.catalog}.{schema}")
        comment = table.comment.replace("'", "\\'")
        clustering = f"CLUSTER BY ({', '.join(table.cluster_by)})" if table.cluster_by else ""
        properties = (
            f"delta.enableChangeDataFeed = {str(table.change_feed).lower()}, "
            f"{KEYS} = '{','.join(table.keys)}', {TIMESTAMP_KEY} = '{table.timestamp_key or ''}'"
        )
        definition = f"({columns}) USING DELTA {clustering} COMMENT '{comment}' TBLPROPERTIES ({properties})"
        statement = f"CREATE TABLE IF NOT EXISTS {self.name(table)} {definition}"
        while not self.exists(table):
            try:
                self._commit(table, lambda: self.spark.sql(statement))
            except AnalysisException as error:
                if error.getCondition() != "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION":
                    raise
            if not self.exists(table):  # to Delta, a folder by that name is enough
                self._await_commit(table)

    def _await_commit(self, table: Table) -> None:
        """Let another job commit the table whose folder it has made; remove empty folders that a killed job left.

        Raises DataRefused where there is more than empty folders.
        """
        for _ in range(COMMIT_SECONDS):
            time.sleep(1)
            try:
                self.spark.sql(f"REFRESH TABLE {self.name(table)}")  # for Delta remembers that it was not there
                return
            except AnalysisException as error:
                if error.getCondition() != "DELTA_MISSING_DELTA_TABLE":
                    raise
        log, files = self._hadoop(table, "_delta_log")
        if files.getContentSummary(log).getFileCount():
            raise DataRefused(
                f"{table.name}: {self._path(table)} holds files but no table, as a job leaves it that is killed while "
                "it makes the table; remove that folder and run again"
            )
        for folder in (log.suffix("/_staged_commits"), log):
            files.delete(folder, False)  # and fails where there is something in it by now

    def _path(self, table: Table) -> str:
        return self.settings.path(*table.name.split("."))

    def _hadoop(self, table: Table, *below: str) -> tuple[Any, Any]:
        """A path at or below the table's, and its file system, as Hadoop has them."""
        jvm, context = self.spark.sparkContext._jvm, self.spark.sparkContext._jsc
        assert jvm is not None
        path = jvm.org.apache.hadoop.fs.Path("/".join([self._path(table), *below]))
        return path, path.getFileSystem(context.hadoopConfiguration())

    def _commit(self, table: Table, commit: Callable[[], object]) -> None:
        """Try a commit again when another job's comes in between, as Delta asks its users to do."""
        with self._turn(table):
            for _ in range(ATTEMPTS - 1):
                try:
                    commit()
                    return
                except CONFLICTS:
                    continue
            commit()

    def _turn(self, table: Table) -> AbstractContextManager[object]:
        """On a local file system, the table's lock: there two jobs could both write the log's next file.

        For Hadoop looks there whether a file exists and then renames another to its name, in two steps, and the
        commit that came first would be lost. For HDFS and object stores Delta has log stores that do it in one.
        """
        if self.settings.catalog:
            return nullcontext()
        path, files = self._hadoop(table)
        if files.getUri().getScheme() != "file":
            return nullcontext()
        folder = Path(path.toUri().getPath())
        folder.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(folder.with_name(f".{folder.name}.lock"))
