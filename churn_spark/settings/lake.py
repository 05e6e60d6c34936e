"""Where the tables lie, and the session that reads and writes them."""

from pathlib import Path

from pydantic import Field

from churn_spark.settings.section import Section


class LakeSettings(Section):
    """A folder with the tables, or a catalog with a folder for everything else."""

    root: str = Field(min_length=1)
    catalog: str | None
    schema_prefix: str = Field(pattern=r"^\w*$")
    primary_keys: bool
    data_docs: str | None

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
