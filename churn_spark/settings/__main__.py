"""Print the reference of all settings: `python -m churn_spark.settings conf/base.yml > docs/settings.md`."""

import sys
from pathlib import Path

from churn_spark.settings.reference import page

if __name__ == "__main__":
    print(page(Path(sys.argv[1]).read_text(encoding="utf-8")), end="")
