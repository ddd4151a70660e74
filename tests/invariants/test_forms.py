import re
from pathlib import Path

import pytest

from bnact.invariants import IDENTITIES, NORM_FORMS, NormForm
from bnact.invariants.forms import form_of
from bnact.invariants.identities import identities_of
from bnact.normalizations import NORMALIZATIONS

PAGE = Path(__file__).parents[2] / "docs" / "invariants.md"


def test_every_norm_that_shares_statistics_has_a_form():
    alone = {"none", "dynamic_tanh", "dynamic_erf", "local_response"}
    of_another_form = {name for name in NORMALIZATIONS if name.startswith("evonorm")}
    assert set(NORM_FORMS) == set(NORMALIZATIONS) - alone - of_another_form


def test_every_identity_holds_of_some_norm():
    assert set(IDENTITIES) == {name for each in NORM_FORMS.values() for name in identities_of(each)}


@pytest.mark.parametrize("name", IDENTITIES)
def test_the_documentation_says_of_which_norms_an_identity_holds(name):
    identity = IDENTITIES[name]
    holds = [norm for norm, form in NORM_FORMS.items() if identity.follows_from(form)]
    row = rf"^\| `{name}` \| {re.escape(identity.formula)} \| {', '.join(holds)} \|$"
    assert re.search(row, PAGE.read_text(), re.MULTILINE)


def test_a_form_is_found_by_its_name():
    assert form_of("test", "layer") == form_of("test", NORM_FORMS["layer"]) == NormForm("features")
    with pytest.raises(ValueError, match="test: norm must be a NormForm or the name of one; got 'bach'; use"):
        form_of("test", "bach")
