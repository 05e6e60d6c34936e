"""Data Docs: one page with the expectations of every table and the findings of its newest audit.

Great Expectations' own pages are not used. They fetch styles, scripts and even the marks of success from a dozen hosts,
and leave out how severe a failure is.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment

from churn_spark.errors import UserError
from churn_spark.quality.finding import Finding

PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Data Docs</title>
<style>
  body { font: 15px/1.5 sans-serif; max-width: 64em; margin: 2em auto; padding: 0 1em; color: #222 }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid #ddd }
  td.number { text-align: right; white-space: nowrap }
  .passed { color: #1a7f37 } .warning { color: #9a6700 } .critical { color: #cf222e } .grey { color: #666 }
</style>
<h1>Data Docs</h1>
<p>What each table must keep, and what the newest audit of it found. Earlier audits: <code>ops.quality</code>.</p>
<ul>
{% for audit in audits %}
  <li><a href="#{{ audit.table }}">{{ audit.table }}</a>: {{ audit.verdict }}</li>
{% endfor %}
</ul>
{% for audit in audits %}
<h2 id="{{ audit.table }}">{{ audit.table }}</h2>
<p>{{ audit.verdict }} <span class="grey">{{ audit.checked_at }}</span></p>
<table>
  <tr><th></th><th>Expected</th><th>Column</th><th>If not</th><th>Observed</th></tr>
  {% for finding in audit.findings %}
  <tr>
    <td class="{{ 'passed' if finding.success else finding.severity }}">{{ "✔" if finding.success else "✘" }}</td>
    <td>{{ finding.expectation }}</td>
    <td>{{ finding.column or "" }}</td>
    <td>{{ "refused" if finding.severity == "critical" else "warning" }}</td>
    <td class="number">{{ finding.shown }}</td>
  </tr>
  {% endfor %}
</table>
{% endfor %}
</html>
""")


def document(folder: str, table: str, findings: Sequence[Finding], checked_at: str) -> Path:
    """Replace the table's older audit by this one and return the page, `<folder>/index.html`.

    The page is made from the newest audit of each table, which lies beside it as `<table>.json`.
    Raises UserError if the folder is not a local one or cannot be written to.
    """
    if "://" in folder:
        raise UserError(f"lake.data_docs: Data Docs cannot be written to {folder}; name a local folder")
    audit = {
        "table": table,
        "checked_at": checked_at,
        "verdict": _verdict(findings),
        "findings": [{**asdict(finding), "shown": _shown(finding)} for finding in findings],
    }
    page = Path(folder, "index.html")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        _write(Path(folder, f"{table}.json"), json.dumps(audit, indent=2))
        audits = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(page.parent.glob("*.json"))]
        _write(page, PAGE.render(audits=audits))
    except OSError as error:
        raise UserError(f"lake.data_docs: cannot write to {folder} ({error.strerror}); name another folder") from error
    return page


def _write(file: Path, text: str) -> None:
    """Replace the file as a whole, so that another job reads the old text or the new one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def _verdict(findings: Sequence[Finding]) -> str:
    failed = [finding.severity for finding in findings if not finding.success]
    if not failed:
        return f"passed, all {len(findings)} expectations met"
    return f"{'refused' if 'critical' in failed else 'passed'}, {len(failed)} of {len(findings)} expectations not met"


def _shown(finding: Finding) -> str:
    if finding.unexpected is not None:
        return f"{finding.unexpected:,} of {finding.rows:,} rows unexpected ({finding.unexpected_share:.3%})"
    return "" if finding.observed is None else f"{finding.observed:g}"
