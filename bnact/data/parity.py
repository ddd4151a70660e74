"""The parity of a few bits among many: no single input tells anything of the label."""

import numpy as np

from bnact.data.arrays import from_arrays
from bnact.data.dataset import Dataset, Split

SEED = 0


def parity(relevant: int = 3, bits: int = 12, examples: int = 2000) -> Dataset:
    """Rows of random bits, -1 or 1; the label says whether an odd number of the first `relevant` are -1.

    All rows differ, so that no test example is one of the training examples. Inputs are not scaled.

    Args:
      relevant: bits that decide the label, from 1 to bits.
      bits: bits in a row, at most 20.
      examples: rows, from 10 to 2^bits.

    Returns:
      The dataset "parity" of 2 classes.

    Raises:
      ValueError: if a number is not in the range said above.

    Source: M. Minsky, S. Papert, Perceptrons, 1969.
    """
    if not (1 <= relevant <= bits <= 20 and 10 <= examples <= 2**bits):
        raise ValueError(
            "parity: there must be 1 to bits relevant bits, at most 20 bits, and 10 to 2^bits examples, as "
            f"all differ; got relevant={relevant}, bits={bits}, examples={examples}; use 3, 12 and 2000"
        )
    what = (
        f"rows of {bits} bits, -1 or 1, labelled by the parity of the first {relevant}, all rows different, "
        "made from a fixed seed"
    )
    return from_arrays("parity", *parity_rows(relevant, bits, examples), scaling="none", what=what)


def parity_rows(relevant: int, bits: int, examples: int) -> Split:
    """The rows of `parity` as they are drawn: (n, bits) inputs and (n,) labels."""
    # The stream of RandomState is frozen for ever; that of default_rng may change with numpy.
    numbers = np.random.RandomState(SEED).permutation(2**bits)[:examples]
    inputs = (1 - 2 * (numbers[:, None] >> np.arange(bits) & 1)).astype(np.float32)
    return Split(inputs, (np.prod(inputs[:, :relevant], axis=1) < 0).astype(np.int32))
