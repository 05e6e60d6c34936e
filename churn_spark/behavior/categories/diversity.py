"""How varied the music is that a customer plays."""

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import ratio

NO_SONG = "without a song"

FEATURES = (
    Feature("unique_artists_30d", "count", "artists", "Different artists played",
            lambda w: w.distinct("artist"), window=30, since="v1.1"),
    Feature("unique_songs_30d", "count", "songs", "Different songs played",
            lambda w: w.distinct("song"), window=30, since="v1.1"),
    Feature("artist_entropy_30d", "amount", "bits", "Entropy of the songs played over artists: 0 for a single artist",
            lambda w: w.entropy("artist"), window=30, null=NO_SONG, since="v1.1"),
    Feature("repeat_share_30d", "share", "share of songs", "Songs played that had been played before in the window",
            lambda w: 1 - ratio(w.distinct("song"), w.sum("songs")), window=30, null=NO_SONG, maximum=1, since="v1.1"),
)  # fmt: skip
