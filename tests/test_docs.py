"""The pages: current, whole, and without a link that leads nowhere."""

import re
from pathlib import Path

import pytest
import yaml

from churn_spark.all_tables import ALL_TABLES
from churn_spark.settings.reading import RENAMED
from churn_spark.settings.reference import INTRODUCTION, page
from churn_spark.table import Table

ROOT = Path(__file__).parent.parent
BASE = (ROOT / "conf" / "base.yml").read_text(encoding="utf-8")
SETTINGS = ROOT / "docs" / "settings.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PLACES = re.compile(r"`([\w./]+/[\w.]+\.(?:py|md|yml|ipynb))`")


def text_of(file: Path) -> str:
    """The page without its blocks of code."""
    return FENCED.sub("", file.read_text(encoding="utf-8"))


def anchors(file: Path) -> set[str]:
    """The anchors that GitHub gives to the headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(file), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


WRITTEN = "\n".join(file.read_text(encoding="utf-8") for file in PAGES if file != SETTINGS)


def test_the_reference_of_settings_is_current() -> None:
    assert SETTINGS.read_text(encoding="utf-8") == page(BASE), "write docs/settings.md again"


SMALL = """\
# All settings.

# Where the tables lie.
lake:
  # The folder. Null means
  # <home>/lake.
  root: null
other:
  first: &first
    # One of a|b.
    kind: a|b
    # The names.
    names:
      # Ours.
      name: "x"
  second:
    <<: *first
    # Another one.
    kind: [c, d]
  # Texts by name.
  texts:
    one: two
    three: four
"""
SMALL_PAGE = r"""
## lake

Where the tables lie.

| setting | value | meaning |
| --- | --- | --- |
| `lake.root` | `null` | The folder. Null means \<home>/lake. |

## other

| setting | value | meaning |
| --- | --- | --- |
| `other.texts` | 2 entries, see `conf/base.yml` | Texts by name. |

### other.first

| setting | value | meaning |
| --- | --- | --- |
| `other.first.kind` | `a\|b` | One of a\|b. |

#### other.first.names

The names.

| setting | value | meaning |
| --- | --- | --- |
| `other.first.names.name` | `"x"` | Ours. |

### other.second

As `other.first`, except for what follows.

| setting | value | meaning |
| --- | --- | --- |
| `other.second.kind` | `[c, d]` | Another one. |
"""


def test_the_reference_has_a_table_for_each_section() -> None:
    assert page(SMALL) == INTRODUCTION + SMALL_PAGE


def test_every_setting_has_a_meaning() -> None:
    rows = [line for line in page(BASE).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
    assert len(rows) > 80


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_relative_link_leads_to_a_file_and_a_heading(file: Path) -> None:
    for link in LINK.findall(text_of(file)):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = (file.parent / name).resolve() if name else file
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_file_that_is_named_exists(file: Path) -> None:
    assert [place for place in PLACES.findall(text_of(file)) if not (ROOT / place).exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    assert {f"docs/{file.name}" for file in DOCS} <= set(LINK.findall(text_of(ROOT / "README.md")))


@pytest.mark.parametrize("job", sorted((ROOT / "jobs").glob("*.py")), ids=lambda job: job.stem)
def test_every_job_is_named(job: Path) -> None:
    assert f"`jobs/{job.name}`" in (ROOT / "docs" / "jobs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", yaml.safe_load(BASE))
def test_every_section_of_the_settings_is_named(section: str) -> None:
    assert re.search(rf"`{section}(\.\w+)*`", WRITTEN)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_table_and_its_personal_columns_are_named(table: Table) -> None:
    lines = [line for line in text_of(ROOT / "docs" / "tables.md").splitlines() if line.startswith(f"| `{table.name}`")]
    assert len(lines) == 1 + bool(table.personal)
    if table.personal:
        assert re.findall(r"`(\w+)`", lines[1].removeprefix(f"| `{table.name}`")) == list(table.personal)


@pytest.mark.parametrize(("section", "key"), RENAMED)
def test_every_renamed_setting_is_named(section: str, key: str) -> None:
    row = f"| `{section}.{key}` | `{RENAMED[section, key]}` |"
    assert row in (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
