"""What a table is: its name, columns, keys and layout, its version, and which columns are personal data."""

import hashlib
import re
from dataclasses import dataclass

_COMMENT = re.compile(r"COMMENT '(?:[^'\\]|\\.)*'")


@dataclass(frozen=True)
class Table:
    """A Delta table `schema.table`. The room that writes it declares it in its `tables.py`.

    - `columns`: DDL, with a COMMENT for each column.
    - `keys`: the columns that identify a row; `timestamp_key` is the one of them that holds a time.
    - `cluster_by`: the columns by which Delta lays out the files.
    - `skip_by`: further columns by which readers skip files. Of these, the keys and `cluster_by` Delta keeps the lowest
      and the highest value in each file, and of no others: statistics of 100 columns double the time of a commit.
    - `change_feed`: readers can ask which rows have changed since a version.
    - `version`: raise it when the same inputs give other rows, for example because a formula was corrected. The next
      run makes all rows again. A new column does the same without a new version.
    - `personal`: the columns that tell something of a person beside the pseudonym.
    - `evolves`: a write may bring columns that `columns` does not declare; for tables of the feature store's users.
    """

    name: str
    comment: str
    columns: str
    keys: tuple[str, ...] = ()
    timestamp_key: str | None = None
    cluster_by: tuple[str, ...] = ()
    skip_by: tuple[str, ...] = ()
    change_feed: bool = False
    version: int = 1
    personal: tuple[str, ...] = ()
    evolves: bool = False

    @property
    def definition(self) -> str:
        """A mark of the version and of the columns' names and types. If it changes, all rows are made again.

        For example `2-9f86d081884c`: version 2, and a hash of the columns without their comments.
        """
        columns = " ".join(_COMMENT.sub("", self.columns).split())
        return f"{self.version}-{hashlib.sha256(columns.encode()).hexdigest()[:12]}"
