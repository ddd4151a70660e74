import re

from bnact.studies.report import Page, html
from bnact.studies.report.matrix_view import matrix_view, seeds_in_words, strata_table
from tests.studies.report.made_up_claims import SCALES, STRATA, decided

FOUND = (
    decided("one_place_differs", "ss", "ss", "su", "sr"),
    decided("it_flips", "ss", "rr", "ss", "uu"),
    decided("computed", "s"),
)


def view():
    found = matrix_view(FOUND, SCALES)
    assert found is not None
    return found


def test_there_is_no_matrix_of_one_scale():
    assert matrix_view(FOUND, SCALES[:1]) is None


def test_tasks_stand_over_their_architectures():
    assert view().tasks == (("digits", 2), ("teacher", 2))
    assert view().architectures == ("mlp", "residual_mlp") * 2


def test_both_sets_of_seeds_are_seen_and_a_disagreement_is_said():
    cells = view().lines[0].cells
    assert [cell.answers for cell in cells] == [
        ("supported", "supported"),
        ("supported", "supported"),
        ("supported", "undecided"),
        ("supported", "refuted"),
    ]
    assert [cell.agrees for cell in cells] == [True, True, False, False]
    assert cells[0].words == "supported with 2 sets of seeds"
    assert cells[3].words == "seeds differ: supported with seeds 0 to 9 and refuted with seeds 10 to 19"


def test_a_claim_that_needs_no_runs_is_shown_once_across():
    (cell,) = view().lines[2].cells
    assert (cell.answers, cell.span, cell.words) == (("supported",), 4, "supported; decided once for all")


def test_strata_that_share_their_runs_share_a_cell_and_say_whose_runs_they_are():
    shared = decided("shared", "ss", "", "rr")
    runs_of = dict(zip(STRATA, (STRATA[0], STRATA[0], STRATA[2], STRATA[0]), strict=True))
    found = matrix_view([shared._replace(runs_of=runs_of)], SCALES)
    assert found is not None
    (line,) = found.lines
    assert [cell.span for cell in line.cells] == [2, 1, 1]
    assert line.cells[2].words.endswith("; the runs of digits, mlp")
    assert line.cells[1].words == "refuted with 2 sets of seeds"


def test_flips_and_replications_are_said_in_numbers():
    remarks = dict(view().remarks)
    flips = remarks["Where verdicts flip"]
    assert flips == (
        "It flips: supported on digits with mlp and on teacher with mlp; refuted on digits with residual_mlp."
    )
    assert remarks["With other seeds"] == (
        "8 pairs of claim and place were decided anew with other seeds (seeds 0 to 9 and seeds 10 to 19): 6 "
        "with the same answer, 1 decided by one set and left open by the other, 1 supported by one and "
        "refuted by the other."
    )
    none = matrix_view(FOUND[2:], SCALES)
    assert none is not None
    assert "No claim is supported" in dict(none.remarks)["Where verdicts flip"]
    assert "nothing was replicated" in dict(none.remarks)["With other seeds"]


def test_a_claims_own_table_has_every_place_and_set_of_seeds():
    table = strata_table(FOUND[0], SCALES)
    assert table is not None
    assert len(table.rows) == 8
    assert table.rows[7] == (
        "teacher", "residual_mlp", "10 to 19", "refuted", "+3.0 points", "+1.0 to +5.0", "10",
    )  # fmt: skip
    assert strata_table(FOUND[2], SCALES) is None


def test_a_claim_whose_runs_reach_over_all_tasks_names_none_of_them():
    spanning = decided("spanning", "ss", "uu")
    runs_of = dict(zip(STRATA, STRATA[:2] * 2, strict=True))
    table = strata_table(spanning._replace(runs_of=runs_of), SCALES)
    assert table is not None
    assert [row[:2] for row in table.rows] == [("all", "mlp")] * 2 + [("all", "residual_mlp")] * 2


def test_one_seed_is_named_alone():
    assert seeds_in_words(SCALES[1]) == "seeds 10 to 19"
    assert seeds_in_words(SCALES[1]._replace(seeds=1)) == "seed 10"


def test_on_the_page_every_cell_has_its_words_beside_its_marks():
    text = html(Page("t", "q", "s", (), (), matrix=view()))
    body = text[text.index("<tbody>") : text.index("</tbody>")]
    assert body.count('class="unseen"') == 4 + 4 + 1
    counts = [body.count(f'<span class="cell {answer}"') for answer in ("supported", "refuted", "undecided")]
    assert counts == [11, 3, 3]
    assert body.count('class="differ"') == 2
    assert re.search(
        r'<td colspan="4"><span class="cell supported" aria-hidden="true">✓</span><span class="once"', body
    )
    assert 'href="#it_flips"' in body
