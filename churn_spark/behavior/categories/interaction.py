"""What a customer does with songs and friends, and which adverts the customer meets."""

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import Values, ratio
from churn_spark.behavior.lookback import Window

NO_SONG = "without a song"

FEATURES = (
    Feature("thumbs_up_30d", "count", "thumbs", "Thumbs up", lambda w: w.sum("thumbs_up"), window=30, since="v1.1"),
    Feature("thumbs_down_30d", "count", "thumbs", "Thumbs down", lambda w: w.sum("thumbs_down"), window=30,
            since="v1.1"),
    Feature("thumbs_up_share_30d", "share", "share of thumbs", "Thumbs up among all thumbs",
            lambda w: ratio(w.sum("thumbs_up"), w.sum("thumbs_up") + w.sum("thumbs_down")),
            window=30, null="without a thumb", maximum=1, since="v1.0"),
    Feature("thumbs_up_per_100_songs_30d", "amount", "thumbs per 100 songs", "Thumbs up per 100 songs",
            lambda w: _per_100_songs(w, "thumbs_up"), window=30, null=NO_SONG, since="v1.1"),
    Feature("thumbs_down_per_100_songs_30d", "amount", "thumbs per 100 songs", "Thumbs down per 100 songs",
            lambda w: _per_100_songs(w, "thumbs_down"), window=30, null=NO_SONG, since="v1.0"),
    Feature("playlist_adds_30d", "count", "songs", "Songs added to a playlist",
            lambda w: w.sum("playlist_adds"), window=30, since="v1.0"),
    Feature("playlist_adds_per_100_songs_30d", "amount", "songs per 100 songs", "Playlist adds per 100 songs",
            lambda w: _per_100_songs(w, "playlist_adds"), window=30, null=NO_SONG, since="v1.1"),
    Feature("friend_adds_30d", "count", "friends", "Friends added",
            lambda w: w.sum("friend_adds"), window=30, since="v1.0"),
    Feature("adverts_30d", "count", "adverts", "Adverts met", lambda w: w.sum("adverts"), window=30, since="v1.1"),
    Feature("adverts_per_100_songs_30d", "amount", "adverts per 100 songs", "Adverts per 100 songs",
            lambda w: _per_100_songs(w, "adverts"), window=30, null=NO_SONG, since="v1.0"),
)  # fmt: skip


def _per_100_songs(w: Window, column: str) -> Values:
    return ratio(100 * w.sum(column), w.sum("songs"))
