"""A champion is pinned to the meaning of its features: other values under the same name would mislead it silently."""

from collections.abc import Mapping

from churn_spark.behavior.definition import FEATURE_VERSIONS
from churn_spark.errors import DataRefused
from churn_spark.training.registry import Champion


def refuse_other_meanings(champion: Champion, since: Mapping[str, str], versions: Mapping[str, str]) -> None:
    """Raise DataRefused where a feature means something else in its table than when the champion learned it.

    - `since`: of each feature, the first feature version with its present meaning.
    - `versions`: of each feature, the feature version that its table was built by.

    Example: the champion learned from v1.1, the tables were built by v1.2. A feature since v1.0 has the same values in
    both. A feature since v1.2 has other values in v1.2, and is refused.
    """
    model, learned = f"{champion.name} version {champion.version}", champion.card.feature_version
    for name in champion.card.feature_names:
        if name not in versions or name not in since:
            raise DataRefused(
                f"{model} takes {name}, which no feature table has; run jobs/train.py for another champion"
            )
        changed = _place(since[name])
        if (_place(versions[name]) >= changed) != (_place(learned) >= changed):
            raise DataRefused(
                f"{model} learned {name} from features {learned}, but its table was built by {versions[name]}, and its "
                f"meaning changed in {since[name]}; run jobs/build_features.py and jobs/train.py"
            )


def _place(version: str) -> int:
    """The version's place among all versions; one that this release does not know is newer than all others."""
    return FEATURE_VERSIONS.index(version) if version in FEATURE_VERSIONS else len(FEATURE_VERSIONS)
