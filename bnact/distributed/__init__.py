"""Where arrays live: the only package that knows devices."""

from .mesh import population_mesh as population_mesh
from .mesh import use_every_core as use_every_core
from .population import function_of_lanes as function_of_lanes
from .population import padded_count as padded_count
