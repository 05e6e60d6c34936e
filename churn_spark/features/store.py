"""The feature store: feature tables by name, what was known of customers at a time, and what is known now."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import UserError
from churn_spark.features.point_in_time import point_in_time_join
from churn_spark.lake import Lake
from churn_spark.table import Table

NOT_FEATURES = ("user_id", "as_of", "feature_version")


@dataclass(frozen=True)
class Lookup:
    """Features to look up in a feature table (none named: all of them), at a Delta version (None: the newest)."""

    table: str
    features: tuple[str, ...] = ()
    version: int | None = None


class TrainingSet(NamedTuple):
    """Labels with features, and the lookups (features named, versions pinned) that give the same features again."""

    rows: DataFrame
    lookups: tuple[Lookup, ...]


@dataclass(frozen=True)
class FeatureStore:
    """The feature tables of a lake. On Unity Catalog they are feature tables there, by PRIMARY KEY ... TIMESERIES."""

    lake: Lake

    def create_table(
        self, name: str, primary_keys: Sequence[str], timestamp_key: str, schema: str, description: str
    ) -> Table:
        """Make a feature table, unless it is there. `schema` is DDL of all columns, with a COMMENT for each.

        The table is clustered by its keys and has a change data feed. Raises UserError if the schema lacks a key.
        """
        keys = (*primary_keys, timestamp_key)
        missing = set(keys) - set(self.lake.spark.createDataFrame([], schema).columns)
        if missing:
            raise UserError(f"{name}: the schema has no column {', '.join(sorted(missing))}, which is a key")
        table = Table(
            name,
            description,
            schema,
            keys,
            timestamp_key,
            (timestamp_key, *primary_keys),
            evolves=True,
            change_feed=True,
        )
        self.lake.create(table)
        return table

    def write_table(self, name: str, rows: DataFrame, mode: Literal["merge", "overwrite"] = "merge") -> None:
        """merge: update the rows whose keys the table has, insert the others; overwrite: replace all rows by `rows`."""
        table = self.lake.declared(name)
        if mode == "overwrite":
            self.lake.replace(table, rows)
        else:
            self.lake.merge(table, rows)

    def read_table(self, name: str, as_of: str | None = None, version: int | None = None) -> DataFrame:
        """All rows; with `as_of` (a timestamp as SQL writes it), each primary key's newest row that is not after it.

        With `version`, a Delta version, the table as it was then. Versions of a feature are columns side by side.
        """
        table = self.lake.declared(name)
        rows = self.lake.read(table, version)
        if as_of is None:
            return rows
        primary_keys = [key for key in table.keys if key != table.timestamp_key]
        newest = F.max_by(F.struct(*rows.columns), F.col(str(table.timestamp_key))).alias("newest")
        not_after = rows.where(F.col(str(table.timestamp_key)) <= F.lit(as_of).cast("timestamp"))
        return not_after.groupBy(*primary_keys).agg(newest).select("newest.*")

    def create_training_set(
        self, labels: DataFrame, lookups: Sequence[Lookup], exclude: Sequence[str] = ()
    ) -> TrainingSet:
        """Each row of `labels` (`user_id`, `as_of`, ...) with what the tables knew of the user at its `as_of`.

        One pass over labels and tables, whatever their number. `exclude` names features to leave out.
        Raises UserError where a table lacks a feature or two have one of the same name.
        """
        resolved = tuple(self._resolved(lookup, exclude) for lookup in lookups)
        return TrainingSet(point_in_time_join(labels, *map(self._features, resolved)), resolved)

    def get_features_for_inference(self, user_ids: DataFrame, lookups: Sequence[Lookup]) -> DataFrame:
        """Each `user_id` with the features that each table has at its newest `as_of`.

        The features of a table are null for a user without a row there. The column `as_of` has the newest `as_of` of
        all the tables. A table has a row for each customer at each `as_of`. So a user with older rows alone is no
        longer a customer, and gets nulls.
        """
        resolved = [self._resolved(Lookup(lookup.table, lookup.features)) for lookup in lookups]
        tables = [self._features(lookup) for lookup in resolved]
        newest = [table.agg(F.max("as_of")).collect()[0][0] for table in tables]
        as_of = max(filter(None, newest), default=None)  # a table without a row has none
        users = user_ids.select("user_id").distinct().withColumn("as_of", F.lit(as_of).cast("timestamp"))
        now = [table.where(F.col("as_of") == time) for table, time in zip(tables, newest, strict=True)]
        return point_in_time_join(users, *now)

    def publish_online(self, user_ids: DataFrame, lookups: Sequence[Lookup], file: Path) -> int:
        """Write the users' newest features to a SQLite file that a service can read from; returns the number of users.

        Table `features`: `user_id` (primary key), `as_of` (ISO 8601), `features` (a JSON object, null where unknown).
        The file is replaced by renaming: a reader finds the old file or the new one. One Spark partition at a time
        passes through the driver.
        """
        newest = self.get_features_for_inference(user_ids, lookups)
        names = [name for name in newest.columns if name not in NOT_FEATURES]
        features = F.to_json(F.struct(*names), {"ignoreNullFields": "false"})
        rows = newest.select("user_id", F.date_format("as_of", "yyyy-MM-dd'T'HH:mm:ssXXX"), features)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        count = _write_sqlite(unfinished, rows.toLocalIterator())
        unfinished.replace(file)
        return count

    def _resolved(self, lookup: Lookup, exclude: Sequence[str] = ()) -> Lookup:
        """The lookup with its features named, without the excluded ones, and with its version pinned."""
        table = self.lake.declared(lookup.table)
        if table.keys != ("user_id", table.timestamp_key):
            raise UserError(
                f"{table.name}: its keys are {', '.join(table.keys)}, but features are looked up by user_id"
            )
        version = self.lake.version(table) if lookup.version is None else lookup.version
        columns = self.lake.read(table, version).columns
        missing = set(lookup.features) - set(columns)
        if missing:
            raise UserError(f"{table.name}: version {version} has no feature {', '.join(sorted(missing))}")
        others = {*NOT_FEATURES, table.timestamp_key, *exclude}
        features = tuple(name for name in lookup.features or columns if name not in others)
        return Lookup(table.name, features, version)

    def _features(self, lookup: Lookup) -> DataFrame:
        table = self.lake.declared(lookup.table)
        as_of = F.col(str(table.timestamp_key)).alias("as_of")
        return self.lake.read(table, lookup.version).select("user_id", as_of, *lookup.features)


def _write_sqlite(file: Path, rows: Iterator[Sequence[str]]) -> int:
    connection = sqlite3.connect(file)
    try:
        connection.execute("CREATE TABLE features (user_id TEXT PRIMARY KEY, as_of TEXT, features TEXT) WITHOUT ROWID")
        count = connection.executemany("INSERT INTO features VALUES (?, ?, ?)", rows).rowcount
        connection.commit()
    finally:
        connection.close()
    return count
