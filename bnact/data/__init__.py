"""Labelled examples in three splits, and the batches a step sees."""

from .arrays import from_arrays as from_arrays
from .arrays import from_splits as from_splits
from .arrays import from_targets as from_targets
from .batches import batch_indices as batch_indices
from .batches import check_batch_size as check_batch_size
from .batches import steps_per_epoch as steps_per_epoch
from .cifar10 import cifar10 as cifar10
from .dataset import Dataset as Dataset
from .dataset import Kind as Kind
from .dataset import Split as Split
from .digits import digits as digits
from .friedman import friedman as friedman
from .mixed import mixed_scale as mixed_scale
from .mnist import mnist as mnist
from .npz import npz as npz
from .parity import parity as parity
from .registry import DATASETS as DATASETS
from .registry import NAMES as NAMES
from .registry import form_of as form_of
from .registry import load as load
from .scaling import Scaling as Scaling
from .synthetic import spirals as spirals
from .tables import breast_cancer as breast_cancer
from .tables import diabetes as diabetes
from .tables import wine as wine
from .teacher import teacher as teacher
