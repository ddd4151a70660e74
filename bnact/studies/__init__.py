"""From a claim or a grid to finished runs, a verdict and a report."""

from .checks import check_batch_sizes as check_batch_sizes
from .checks import check_setting as check_setting
from .errors import StudyError as StudyError
from .execute import Outcome as Outcome
from .execute import execute as execute
from .failures import Failure as Failure
from .files import write_atomically as write_atomically
from .grid import grid as grid
from .identity import setting_id as setting_id
from .interruption import interruptible as interruptible
from .manifest import Manifest as Manifest
from .manifest import present_manifest as present_manifest
from .plan import Cell as Cell
from .plan import Plan as Plan
from .plan import plan as plan
from .progress import LineProgress as LineProgress
from .progress import Progress as Progress
from .progress import progress_on as progress_on
from .rows import Row as Row
from .rows import Rows as Rows
from .study import Study as Study
from .study import open_study as open_study
from .study import read_study as read_study
