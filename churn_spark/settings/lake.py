"""Where the tables lie, and the session that reads and writes them."""

import re
from pathlib import Path

from pydantic import Field, field_validator

from churn_spark.settings.section import Section

# What a URI, a glob, SQL or SQLite's address takes for something else than a part of a name.
UNFIT = re.compile(r"""[?%#`'"\\*\[\]{}:\x00-\x1f\x7f]""")


class LakeSettings(Section):
    """A folder with the tables, or a catalog with a folder for everything else."""

    root: str = Field(min_length=1)
    catalog: str | None
    schema_prefix: str = Field(pattern=r"^\w*$")
    primary_keys: bool
    data_docs: str | None

    @field_validator("root")
    @classmethod
    def _fit(cls, root: str) -> str:
        _, separator, path = root.partition("://")
        place = path if separator else str(Path(root).absolute())
        if unfit := UNFIT.search(place):
            shown = {"\n": "a line break"}.get(unfit[0], unfit[0] if unfit[0].isprintable() else repr(unfit[0]))
            folder = root if separator else place
            raise ValueError(
                f"{' '.join(folder.split())} has {shown} in its name, which Spark or MLflow takes for something else; "
                "name another folder"
            )
        if root != root.strip():
            raise ValueError(f"'{root}' begins or ends with a space; name a folder without it")
        return root

    def path(self, *parts: str) -> str:
        """A folder or file below the root, made absolute if the root is a local folder."""
        root = self.root if "://" in self.root else str(Path(self.root).absolute())
        return "/".join([root.rstrip("/"), *parts])

    @property
    def data_docs_folder(self) -> str:
        """Folder of the Data Docs."""
        return self.data_docs or self.path("data_docs")


class SparkSettings(Section):
    """The session that a job makes for itself; unused where a session or spark-submit is there already."""

    master: str | None
    conf: dict[str, str]
