"""Users are simulated in blocks: a block depends on the settings and its number, never on Spark's partitions."""

import numpy as np

from churn_spark.settings.simulate import SimulateSettings

BLOCK_USERS = 256  # enough for numpy to pay off; about 35,000 events in 60 days
MAX_TASKS = 1000  # Spark tasks of a stage; each takes whole blocks, one after the other


def number_of_blocks(settings: SimulateSettings) -> int:
    """The number of blocks that hold all users; the last block may be smaller than BLOCK_USERS."""
    return -(-settings.users // BLOCK_USERS)


def user_numbers(settings: SimulateSettings, block: int) -> np.ndarray:
    """The users of the block; over all blocks 1 ... users."""
    first = block * BLOCK_USERS
    return np.arange(first + 1, min(first + BLOCK_USERS, settings.users) + 1)


def draw_generator(settings: SimulateSettings, block: int, purpose: str) -> np.random.Generator:
    """A generator of random numbers that depend on the seed, the block and the purpose alone."""
    return np.random.default_rng([settings.seed, block, *purpose.encode()])
