"""The claim on noise: what its verdict and its sentence rest on."""

import re

import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS, noise
from experiments.textbook.noise_study import noise_study


@pytest.mark.slow
def test_steps_that_do_not_come_to_the_optimum_refute():
    found = noise_study()
    for name in ("clean", "whole"):
        for far in (1e-6, float("nan")):
            verdict = noise.verdict_on(found._replace(**{name: far}))
            assert verdict.verdict == "refuted"
            assert verdict.sentence.startswith("No: ")


@pytest.mark.parametrize("part", ["mean", "square"])
def test_a_closed_form_that_the_simulation_does_not_bear_out_leaves_it_undecided(part):
    found = noise_study()
    wrong = {
        cell: exact._replace(**{part: getattr(exact, part) * 1.2}) for cell, exact in found.exact.items()
    }
    verdict = noise.verdict_on(found._replace(exact=wrong))
    assert verdict.verdict == "undecided"
    assert verdict.sentence.startswith("Not clear: ")


def test_the_sentence_on_noise_has_no_number_but_the_tables():
    sentence = CLAIMS["noise"].decide(Rows()).sentence
    rows = {(row[0], row[1]): float(row[4]) for row in CLAIMS["noise"].table(Rows()).rows}
    said = [float(each) for each in re.findall(r"0\.\d+", sentence)]
    one, slower, larger = (rows[cell] for cell in (("0.01", "1"), ("0.003", "1"), ("0.01", "8")))
    assert said == pytest.approx([one, 0.01, slower, 0.003, larger], rel=0.05)
    assert "square root" not in sentence


def test_the_distance_grows_with_the_rate_and_falls_with_the_batch():
    rows = CLAIMS["noise"].table(Rows()).rows
    distances = {(row[0], row[1]): float(row[4]) for row in rows}
    assert distances["0.003", "1"] < distances["0.01", "1"] < distances["0.03", "1"]
    assert all(distances[rate, "8"] < 0.5 * distances[rate, "1"] for rate in ("0.003", "0.01", "0.03"))
