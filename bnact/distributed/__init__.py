"""Where arrays live: the only package that knows devices."""

from .arrangement import Arrangement as Arrangement
from .arrangement import arrangement_of as arrangement_of
from .arrangement import smaller as smaller
from .compilation_cache import cache_in_use as cache_in_use
from .compilation_cache import programs_found as programs_found
from .compilation_cache import use_compilation_cache as use_compilation_cache
from .control_groups import cpu_quota as cpu_quota
from .cores import allowed_cores as allowed_cores
from .cores import usable_cores as usable_cores
from .locations import without_locations as without_locations
from .memory import Needed as Needed
from .memory import free_bytes as free_bytes
from .memory import is_out_of_memory as is_out_of_memory
from .memory import needed_memory as needed_memory
from .mesh import batch_mesh as batch_mesh
from .mesh import mesh_of as mesh_of
from .mesh import population_mesh as population_mesh
from .mesh import use_every_core as use_every_core
from .population import function_of_lanes as function_of_lanes
from .private_directory import own_directory as own_directory
from .private_directory import private_cache as private_cache
from .private_directory import why_not_private as why_not_private
from .processes import join_processes as join_processes
