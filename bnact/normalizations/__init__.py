from .affine import Affine as Affine
from .affine import affine as affine
from .affine import initial_affine as initial_affine
from .standardization import STANDARDIZATIONS as STANDARDIZATIONS
from .standardization import Standardization as Standardization
from .standardization import reduced_axes as reduced_axes
