"""What training might leave behind for the founding claims, at a scale that tests can afford."""

import functools

from experiments.claims.scale import DEFAULT
from experiments.founding_claims import CLAIMS
from tests.studies.plausible_rows import plausible_rows, usual_quality

SCALE = DEFAULT._replace(learning_rates=(0.03, 0.1), depths=(2, 8))
SETTINGS = {name: claim.settings(SCALE) for name, claim in CLAIMS.items()}


@functools.cache
def rows_of(name, quality=usual_quality):
    return plausible_rows(SETTINGS[name], quality)


def decided(name, quality=usual_quality):
    return CLAIMS[name].decide(rows_of(name, quality))
