"""The stages that move the registry's alias `champion`; `ops.promotions` has every move.

A move is entered into `ops.promotions` first, and then the aliases follow it. Of two jobs that move at the same time,
the first one to enter wins, and the other is told. What a killed job has entered, the next one carries out.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSION
from churn_spark.errors import DataRefused
from churn_spark.evaluation.slices import slices_of
from churn_spark.export.onnx_model import exportable
from churn_spark.features.catalogue import ALL_FEATURES
from churn_spark.features.encoding import model_inputs
from churn_spark.lake import Lake
from churn_spark.models.columns import rows_of
from churn_spark.promotion.comparison import compare
from churn_spark.promotion.rule import Comparison, gain_in_words, objections, standing
from churn_spark.promotion.tables import PROMOTIONS
from churn_spark.quality.sample import sample
from churn_spark.scoring.pinning import refuse_other_meanings
from churn_spark.settings.all import Settings
from churn_spark.tracking import open_store
from churn_spark.training import registry
from churn_spark.training.prediction import churn_probability
from churn_spark.training.registry import CHALLENGER, CHAMPION, PREVIOUS, Champion
from churn_spark.training.tables import TRAINING_SET

EXPORTED = 300  # customers on whom the exported model must predict the same
COMPARED = 50_000  # customers of the holdout; with more, the interval would be narrower than what matters
log = logging.getLogger(__name__)


def promote(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The challenger, or `promotion.version`, -> champion, if the rule allows; or `promotion.rollback`.

    The first champion of all needs no rule. Raises DataRefused with all that speaks against the version, if another
    promotion takes place at the same time, or if there is nothing to promote or to go back to.
    """
    moves = _settled(lake, settings)
    if settings.promotion.rollback:
        return _roll_back(lake, settings, moves, settings.promotion.rollback)
    version = settings.promotion.version or registry.version_of(CHALLENGER, settings)
    if version is None:
        raise DataRefused(f"{settings.mlflow.model_name}: no challenger in MLflow; run jobs/train.py first")
    champions, out = standing(moves)
    if champions and version == champions[-1]:
        return {"champion version": int(version)}
    if not champions:
        return _move(lake, settings, moves, "first", version, "there was no champion")
    if version in out and not settings.promotion.version:
        raise DataRefused(f"version {version} was rolled back; train another one, or name it with --version {version}")
    challenger = registry.load_version(version, settings)
    comparison = _compared(lake, settings, challenger, champions[-1])
    against = [*objections(comparison, settings.promotion), *_not_exportable(lake, challenger)]
    missing = settings.promotion.approvals - len(settings.promotion.approvers)
    if missing > 0:
        against.append(f"{missing} more must approve it (--approved-by, names with commas between them)")
    if against:
        raise DataRefused(f"version {version} is not promoted: {'; '.join(against)}")
    return _move(lake, settings, moves, "promoted", version, gain_in_words(comparison))


def promote_if_better(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """As `promote`, but a refusal is a warning, and the champion stays."""
    try:
        return promote(lake, settings)
    except DataRefused as refusal:
        log.warning("%s", refusal)
        champion = registry.version_of(CHAMPION, settings)
        return {"champion version": int(champion)} if champion else {}


def first_champion(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The challenger -> champion if there is no champion yet."""
    moves = _settled(lake, settings)
    champions, _ = standing(moves)
    if champions:
        return {"champion version": int(champions[-1])}
    return promote(lake, settings)


def _settled(lake: Lake, settings: Settings) -> list[tuple[str, str]]:
    """All moves (action, version) of the model in order, after the aliases were made to follow them.

    A champion that an earlier release made is entered as the first one.
    """
    open_store(settings)
    lake.create(PROMOTIONS)
    rows = lake.read(PROMOTIONS).where(F.col("model_name") == settings.mlflow.model_name)
    moves = [(row["action"], row["version"]) for row in sorted(rows.collect(), key=lambda row: row["number"])]
    named = registry.version_of(CHAMPION, settings)
    if not moves and named is not None:
        _move(lake, settings, moves, "first", named, "was the champion before promotions were recorded")
        return [("first", named)]
    if moves and standing(moves)[0][-1] != named:
        log.warning("the alias champion named version %s, and follows ops.promotions again", named)
        _set_aliases(standing(moves)[0], settings)
    return moves


def _roll_back(lake: Lake, settings: Settings, moves: list[tuple[str, str]], reason: str) -> Mapping[str, int]:
    champions, _ = standing(moves)
    if len(champions) < 2:
        raise DataRefused(f"{settings.mlflow.model_name}: there is no earlier champion to go back to")
    return _move(lake, settings, moves, "rolled_back", champions[-2], reason)


def _move(
    lake: Lake, settings: Settings, moves: list[tuple[str, str]], action: str, version: str, reason: str
) -> Mapping[str, int]:
    """Enter a move that was decided on after `moves`, and let the aliases follow."""
    before, _ = standing(moves)
    number, name = len(moves) + 1, settings.mlflow.model_name
    row = (number, datetime.now(UTC), name, version, before[-1] if before else None, action, reason,
           settings.promotion.approvers, lake.run_id)  # fmt: skip
    lake.append(PROMOTIONS, lake.spark.createDataFrame([row], PROMOTIONS.columns), f"promotion of {name}", number)
    entered = lake.read(PROMOTIONS).where((F.col("model_name") == name) & (F.col("number") == number)).collect()[0]
    if entered["run_id"] != lake.run_id:
        raise DataRefused(f"another job made version {entered['version']} the champion meanwhile; run again")
    _set_aliases(standing([*moves, (action, version)])[0], settings)
    return {"champion version": int(version)}


def _set_aliases(champions: list[str], settings: Settings) -> None:
    for alias, version in zip((CHAMPION, PREVIOUS), reversed(champions), strict=False):
        registry.set_alias(alias, version, settings)


def _compared(lake: Lake, settings: Settings, challenger: Champion, champion_version: str) -> Comparison:
    """The two versions on a sample of the holdout of the training set as it is now."""
    holdout = lake.read(TRAINING_SET).where("split = 'holdout'")
    models = {"challenger": challenger}
    champion = registry.load_version(champion_version, settings)
    try:
        refuse_other_meanings(
            champion,
            {feature.name: feature.since for feature in ALL_FEATURES},
            dict.fromkeys(holdout.columns, FEATURE_VERSION),
        )
        models["champion"] = champion
    except DataRefused as refusal:
        log.warning("the champion is not compared with: %s", refusal)
    features = challenger.card.features
    slices = slices_of(features)
    sliced = [feature for feature in features if feature.name in {part.feature for part in slices}]
    probabilities = [_probability(model).alias(name) for name, model in models.items()]
    scored = holdout.select("user_id", "churned", *model_inputs(sliced), *probabilities)
    drawn = sample(scored, COMPARED)
    return compare(drawn, {part.name: part.of(drawn[part.feature]) for part in slices}, settings.training.seed)


def _not_exportable(lake: Lake, challenger: Champion) -> list[str]:
    """Why the service could not answer with the challenger, if so."""
    model = challenger.model
    rows = lake.read(TRAINING_SET).where("split = 'holdout'").orderBy("user_id").limit(EXPORTED).toPandas()
    try:
        exportable(model, rows_of(rows, model.features))
    except DataRefused as refusal:
        return [str(refusal)]
    return []


def _probability(model: Champion) -> Column:
    return churn_probability(model.model, model_inputs(model.card.features))
