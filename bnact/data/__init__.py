"""Labelled examples in three splits, and the batches a step sees."""

from .arrays import from_arrays as from_arrays
from .arrays import from_splits as from_splits
from .arrays import from_targets as from_targets
from .batches import batch_indices as batch_indices
from .batches import check_batch_size as check_batch_size
from .batches import steps_per_epoch as steps_per_epoch
from .dataset import Dataset as Dataset
from .dataset import Split as Split
from .digits import digits as digits
from .npz import npz as npz
from .registry import DATASETS as DATASETS
from .registry import load as load
from .synthetic import spirals as spirals
