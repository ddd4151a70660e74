"""What is known about an activation: measured, verified against the record, and the truth it is held to."""

from .elementwise import check_elementwise as check_elementwise
from .measurement import JUMP as JUMP
from .measurement import STEP as STEP
from .measurement import measured_facts as measured_facts
from .sampling import sampled as sampled
from .sampling import sampled_function as sampled_function
from .scale import Facts as Facts
from .steepness import largest_slope as largest_slope
from .truth import truth as truth
from .verification import verify as verify
