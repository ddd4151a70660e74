"""What an audit shows: a table, a drawing, and the intervals where results are wrong."""

import dataclasses
import io
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import audit
from bnact.activations.audit.figure import strips
from bnact.activations.audit.points import every_finite
from bnact.activations.audit.row import row, runs


@pytest.fixture(scope="module")
def found():
    whole = audit(lambda x: jnp.square(x) / x, dtypes=("float32",), points=400)
    x = every_finite(jnp.bfloat16)
    truth = x.astype(np.float64)
    value = row("bfloat16", "value", x, np.where(truth > 1e19, np.inf, truth), truth)
    derivative = row("bfloat16", "derivative", x, np.where(truth > 1e19, np.nan, 1.1), np.ones(x.size))
    return dataclasses.replace(whole, rows=(value, derivative, *whole.rows))


def test_the_text_is_a_table_that_fits_a_page(found):
    lines = str(found).splitlines()
    assert str(found) == found.to_text()
    assert max(map(len, lines)) <= 100
    assert lines[0] == "the function, held against the function's own formula, followed in 100 digits"
    assert [line.split()[:2] for line in lines[3:7]] == [
        ["bfloat16", "value"],
        ["bfloat16", "derivative"],
        ["float32", "value"],
        ["float32", "derivative"],
    ]
    assert "wrong where:" in lines
    assert "not finite" in lines[-1] or "units" in lines[-1]


def test_the_text_of_what_is_right_names_no_place():
    assert "wrong" not in audit("identity", dtypes=("float32",), points=40).to_text()


def test_the_widest_numbers_fit(found):
    wide = tuple(
        dataclasses.replace(
            each,
            worst=1.234e12,
            beyond=63_488,
            not_finite=63_488,
            at=-1.234e-38,
            got=-1.234e-38,
            truth=-1.234e-38,
        )
        for each in found.rows
    )
    assert max(map(len, dataclasses.replace(found, rows=wide).to_text().splitlines())) <= 100


def test_the_figure_has_a_panel_a_dtype(found):
    figure = found.figure()
    panels = figure.get_axes()
    assert [panel.get_title(loc="left") for panel in panels] == ["bfloat16", "float32"]
    for panel in panels:
        assert panel.get_xscale() == "symlog"
        assert panel.get_yscale() == "log"
        # Told apart without colour: by dashes and by markers.
        dashes = {line.get_label(): line.get_linestyle() for line in panel.get_lines()}
        assert dashes["value"] != dashes["derivative"]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["value", "derivative", "value not finite", "derivative not finite"]
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    assert buffer.tell() < 400_000


def test_a_strip_keeps_its_worst_point(found):
    value = found.row("float32", "value")
    each = strips(value, 1e-38)
    finite = value.error[np.isfinite(value.error)]
    assert np.max(each.largest) == np.max(finite)
    assert np.sum(each.not_finite) > 0
    assert np.all(np.diff(each.middle) > 0)


def test_a_record_cannot_be_changed_and_is_compared_by_its_numbers(found):
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "another"  # pyright: ignore[reportAttributeAccessIssue]
    again = audit("relu", dtypes=("float32",), points=40)
    assert again == audit("relu", dtypes=("float32",), points=40)
    assert again != found


def test_runs_of_bad_points():
    x = np.arange(100.0)
    error = np.zeros(100)
    error[[5, 6, 8]] = [3.0, 9.0, 4.0]
    error[60] = math.inf
    error[90:92] = 2.5
    assert runs(x, error, error > 2.0) == (
        (60.0, 60.0, 1, math.inf),
        (5.0, 8.0, 3, 9.0),
        (90.0, 91.0, 2, 2.5),
    )
    assert runs(x, error, error > math.inf) == ()


def test_a_row_counts_what_is_beyond_and_what_is_not_finite():
    x = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    truth = np.array([1.0, 2.0, 1e39, 4.0])
    got = np.array([1.0, 2.0 + 2.0**-19, np.inf, np.nan], np.float32)
    line = row("float32", "value", x, got, truth)
    assert (line.beyond, line.not_finite, line.passed) == (2, 1, False)
    assert (line.worst, line.at, line.got, line.truth) == (8.0, 2.0, 2.0 + 2.0**-19, 2.0)
    assert [run.low for run in line.runs] == [2.0]
    nan_for_infinity = row("float32", "value", x, np.array([1.0, 2.0, np.nan, 4.0], np.float32), truth)
    assert (nan_for_infinity.beyond, nan_for_infinity.not_finite) == (1, 0)
    assert nan_for_infinity.worst == math.inf


def test_a_wider_result_is_judged_in_the_dtype_of_the_input():
    x = np.array([1.0, 300.0], np.float16)
    line = row("float16", "value", x, np.array([1.0001, 9e4], np.float32), np.array([1.0, 9e4]))
    assert (line.returned, line.worst, line.not_finite) == ("float32", 0.0, 0)


def test_an_audit_works_whatever_the_default_dtype_is():
    with jax.enable_x64(True):
        assert audit("sigmoid", dtypes=("float32",), points=40).passed
