import re
from pathlib import Path

import pytest

from bnact.invariants import CLAIMS, IDENTITIES, Claim, identities_of
from bnact.invariants.claims import claim_of
from bnact.normalizations import NORMALIZATIONS

PAGE = Path(__file__).parents[2] / "docs" / "invariants.md"


def test_every_norm_that_shares_statistics_has_a_claim():
    alone = {"none", "dynamic_tanh", "dynamic_erf", "local_response"}
    of_another_form = {name for name in NORMALIZATIONS if name.startswith("evonorm")}
    assert set(CLAIMS) == set(NORMALIZATIONS) - alone - of_another_form


def test_every_identity_holds_of_some_norm():
    assert set(IDENTITIES) == {name for each in CLAIMS.values() for name in identities_of(each)}


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_documentation_says_of_which_norms_an_identity_holds(name):
    identity = IDENTITIES[name]
    holds = [norm for norm, claim in CLAIMS.items() if identity.follows_from(claim)]
    row = rf"^\| `{name}` \| {re.escape(identity.formula)} \| {', '.join(holds)} \|$"
    assert re.search(row, PAGE.read_text(), re.MULTILINE)


def test_a_claim_is_found_by_its_name():
    assert claim_of("test", "layer") == claim_of("test", CLAIMS["layer"]) == Claim("features")
    with pytest.raises(ValueError, match="test: norm must be a Claim or the name of one; got 'bach'; use"):
        claim_of("test", "bach")
