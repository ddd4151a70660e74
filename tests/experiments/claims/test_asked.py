"""What was asked of a work directory, remembered."""

import pytest

from bnact.studies import StudyError
from experiments.claims.asked import Asked, asked_path, last_asked, remember, settings_asked
from experiments.claims.scale import DEFAULT, QUICK, full
from experiments.founding_claims import CLAIMS

TRAINED, OTHER, COMPUTED = (CLAIMS[name] for name in ("tanh_with_norm", "sigmoid_with_norm", "noise"))


@pytest.fixture
def workdir(tmp_path):
    (tmp_path / "results").mkdir()
    return tmp_path


def ids(asked):
    return [claim.id for claim in asked.claims]


def test_nothing_was_asked_of_a_new_directory(workdir):
    assert last_asked(workdir, CLAIMS) is None


@pytest.mark.parametrize("scales", [(DEFAULT,), (QUICK,), full(10)])
def test_what_was_asked_reads_back(workdir, scales):
    asked = Asked((TRAINED, COMPUTED), scales)
    remember(workdir, asked, CLAIMS)
    found = last_asked(workdir, CLAIMS)
    assert found is not None
    assert (ids(found), found.scales) == (ids(asked), scales)


def test_claims_asked_for_at_the_same_scales_come_together(workdir):
    remember(workdir, Asked((TRAINED,), (DEFAULT,)), CLAIMS)
    remember(workdir, Asked((OTHER,), (DEFAULT,)), CLAIMS)
    assert set(ids(last_asked(workdir, CLAIMS))) == {TRAINED.id, OTHER.id}


def test_a_trained_claim_of_another_scale_waits_and_a_computed_one_stays(workdir):
    remember(workdir, Asked((TRAINED, COMPUTED), (DEFAULT,)), CLAIMS)
    remember(workdir, Asked((OTHER,), (QUICK,)), CLAIMS)
    assert set(ids(last_asked(workdir, CLAIMS))) == {OTHER.id, COMPUTED.id}
    remember(workdir, Asked((OTHER,), (DEFAULT,)), CLAIMS)
    assert set(ids(last_asked(workdir, CLAIMS))) == {TRAINED.id, OTHER.id, COMPUTED.id}


def test_what_is_damaged_is_refused_by_name(workdir):
    asked_path(workdir).write_text("{")
    with pytest.raises(StudyError, match="must say which claims were asked for; it cannot be read"):
        last_asked(workdir, CLAIMS)


def test_runs_that_claims_share_are_asked_for_once():
    asked = Asked((TRAINED, OTHER), (DEFAULT,))
    settings = settings_asked(asked)
    assert len(settings) == len(set(settings))
    assert set(settings) == {*TRAINED.settings(DEFAULT), *OTHER.settings(DEFAULT)}


def test_the_full_study_has_disjoint_seeds_on_every_task_and_architecture():
    scales = full(3)
    assert len(scales) == len(set(scales))
    seeds = {}
    for scale in scales:
        mine = {setting.seed for setting in TRAINED.settings(scale)}
        assert len(mine) == 3
        for others in seeds.setdefault((scale.data, scale.architecture), []):
            assert not mine & others
        seeds[scale.data, scale.architecture].append(mine)
    assert all(len(sets) == 2 for sets in seeds.values())
    assert len({data for data, _ in seeds}) >= 3
    assert len({architecture for _, architecture in seeds}) >= 2
