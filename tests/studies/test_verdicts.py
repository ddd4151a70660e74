import json
import math

import pytest

from bnact.studies.claim import Verdict
from bnact.studies.verdicts import verdicts_from_json, verdicts_json

NAN = float("nan")
SURE = Verdict("a", "said <b>", "someone", "refuted", -0.03125, -0.04, -0.02, 10, "No: 3 % worse.")
UNKNOWN = Verdict("b", "said", "someone", "undecided", NAN, NAN, math.inf, 0, "Not decided.")


def strictly(text):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_json_is_strict_and_holds_every_field():
    entries = strictly(verdicts_json([SURE, UNKNOWN]))
    assert [set(entry) for entry in entries] == [set(Verdict._fields)] * 2
    assert entries[0]["effect"] == -0.03125
    assert (entries[1]["effect"], entries[1]["low"], entries[1]["high"]) == (None, None, None)


def test_the_same_verdicts_are_the_same_bytes():
    assert verdicts_json([SURE, UNKNOWN]) == verdicts_json((SURE, UNKNOWN))


def test_verdicts_come_back():
    back = verdicts_from_json(verdicts_json([SURE, UNKNOWN]))
    assert back[0] == SURE
    assert math.isnan(back[1].effect)
    assert back[1].sentence == UNKNOWN.sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting"),
        ("{}", "must hold a list; got dict"),
        ('[{"id": "a"}]', "must have the fields id, claim"),
        ("[3]", "got int"),
        (verdicts_json([SURE]).replace("refuted", "maybe"), "must be one of supported, .*got 'maybe'"),
    ],
)
def test_anything_else_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        verdicts_from_json(text)
