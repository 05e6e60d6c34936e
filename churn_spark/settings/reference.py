"""The page of all settings: each key of conf/base.yml with its value, and the comment before it as its meaning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node

MERGE = "tag:yaml.org,2002:merge"  # the tag of the key `<<`
INTRODUCTION = """\
# Settings

`conf/base.yml` holds every setting with its value and its meaning. This page shows the same as tables.
`python -m churn_spark.settings conf/base.yml > docs/settings.md` writes it.

A job reads the settings from four layers. A later layer wins.

1. `conf/base.yml`.
2. The file given with `--config`, for example `conf/local.yml`. It changes what differs in its place.
3. Environment variables. `CHURN_SPARK_LAKE__ROOT=/data/lake` sets `lake.root`: two underscores stand for a dot.
4. `--set lake.root=/data/lake` on the command line. It can be given several times.

The job looks for `base.yml` in the folder of the file given with `--config`.
A value in an environment variable or in `--set` is YAML: `--set labels.train_on=[churn_def_v2]`.
A secret and a setting of `spark.conf` are taken as they stand.
Passwords, tokens and the key of the pseudonyms come from the environment only.
A setting that begins with `refuse_` is a limit beyond which a job ends with status 3.
A setting that begins with `warn_` is a limit beyond which a warning is recorded in `ops.quality`.
A wrong key, type or value ends the job with status 2. The message names the file and the key.
[Upgrading](upgrading.md) lists the settings that have another name now.
"""


@dataclass(frozen=True)
class Setting:
    """A setting or a section of settings: its whole key, its value in the file, and its meaning."""

    key: str
    value: Node
    meaning: str


def page(text: str) -> str:
    """The reference in Markdown of the settings in `text`, in their order.

    A setting's meaning is the comment on the lines right before it. A mapping whose keys have comments is a section
    of its own; of any other mapping only the number of entries is shown.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    names: dict[int, str] = {}
    sections = _settings(root, text, "") if root else []
    lines = [line for section in sections for line in _section(section, text, names, "##")]
    return "\n".join([INTRODUCTION, *lines]).rstrip("\n") + "\n"


def _section(section: Setting, text: str, names: dict[int, str], heading: str) -> Iterator[str]:
    """Lines of a section with a table of its settings, then those of the sections in it.

    `names` remembers the key of each section by its node, for a later section that takes its values over.
    """
    names[id(section.value)] = section.key
    settings = _settings(section.value, text, f"{section.key}.")
    table = [setting for setting in settings if not _has_sections(setting, text)]
    yield from (f"{heading} {section.key}", "")
    if section.meaning:
        yield from (_escaped(section.meaning), "")
    for base in _bases(section.value, names):
        yield from (f"As `{base}`, except for what follows.", "")
    if table:
        yield from ("| setting | value | meaning |", "| --- | --- | --- |")
        yield from (_row(setting, text) for setting in table)
        yield ""
    for setting in settings:
        if setting not in table:
            yield from _section(setting, text, names, f"{heading}#")


def _settings(node: Node, text: str, prefix: str) -> list[Setting]:
    """The settings that the mapping itself names, without those that it takes over."""
    lines = text.splitlines()
    return [
        Setting(f"{prefix}{key.value}", value, _comment_before(lines, key.start_mark.line))
        for key, value in node.value
        if key.tag != MERGE
    ]


def _bases(node: Node, names: dict[int, str]) -> list[str]:
    """The keys of the sections whose values the mapping takes over by `<<`."""
    return [names[id(value)] for key, value in node.value if key.tag == MERGE]


def _has_sections(setting: Setting, text: str) -> bool:
    return isinstance(setting.value, MappingNode) and any(one.meaning for one in _settings(setting.value, text, ""))


def _comment_before(lines: Sequence[str], line: int) -> str:
    """The text of the comment that ends right before the line; empty without one."""
    first = line
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return " ".join(comment.strip().removeprefix("#").strip() for comment in lines[first:line])


def _row(setting: Setting, text: str) -> str:
    node = setting.value
    value = text[node.start_mark.index : node.end_mark.index].strip().replace("|", r"\|")
    entries = len(node.value) if isinstance(node, MappingNode) else 0
    shown = f"{entries} entries, see `conf/base.yml`" if entries else f"`{value}`"
    return f"| `{setting.key}` | {shown} | {_escaped(setting.meaning)} |"


def _escaped(sentence: str) -> str:
    """The sentence, with what Markdown would take for a tag or for the end of a cell shown as it stands."""
    return sentence.replace("<", r"\<").replace("|", r"\|")
