"""One run is a pure function of its setting and seed; a population is many of them in one call."""

from .architectures import ARCHITECTURES as ARCHITECTURES
from .architectures import check_architecture as check_architecture
from .architectures import check_injury as check_injury
from .examples import Examples as Examples
from .examples import examples as examples
from .injury import INJURIES as INJURIES
from .injury import Injury as Injury
from .log import HISTOGRAM_BINS as HISTOGRAM_BINS
from .log import HISTOGRAM_HIGH as HISTOGRAM_HIGH
from .log import HISTOGRAM_LOW as HISTOGRAM_LOW
from .log import LOG_POINTS as LOG_POINTS
from .log import Log as Log
from .population import Population as Population
from .population import train_population as train_population
from .population import trained_population as trained_population
from .program import arrangement_for as arrangement_for
from .program import cell_data as cell_data
from .program import compiled_program as compiled_program
from .program import log_steps as log_steps
from .program import stacked_lanes as stacked_lanes
from .run import Cell as Cell
from .run import Lane as Lane
from .run import run as run
from .setting import Kill as Kill
from .setting import Program as Program
from .setting import Setting as Setting
