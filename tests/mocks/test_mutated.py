"""Messages that were accepted, broken in one or two places, at a hub that knows what they speak of: it answers them all."""

import json
from copy import deepcopy
from random import Random

import pytest

from mocks import course, coverage_table
from yidi_mocks.exchange import SINGLE_PATH
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE

TIMES = 40
ODD = (
    None,
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "1e9",
    "9" * 40,
    "长" * 60,
    "2026-02-30",
    "9999-12-31",
    "0001-01-01 00:00:00",
    "NaN",
    True,
    0,
    -1,
    10**25,
    1.25,
    [],
    [None],
    [[]],
    {},
    {"a": {}},
    "53000000000000000000009901",
)


@pytest.fixture(scope="module")
def hub():
    """One at the end of the course, where nearly everything is known."""
    return course.run().exchange


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_no_mutation_is_an_error_of_the_hub(hub, row):
    draw = Random(row.infno)
    accepted = [one for one in coverage_table.seen() if one.infno == row.infno and one.accepted]
    hub.capabilities.sign_required = False
    for number in range(TIMES):
        envelope = json.loads(draw.choice(accepted).raw)
        envelope["msgid"] = f"M{row.infno}{number}"
        for _ in range(draw.randint(1, 2)):
            spoil(draw, envelope["input"])
        answer = hub.perform(hub.admit(json.dumps(envelope).encode(), SINGLE_PATH))
        found = course.told_by(answer)
        assert isinstance(found, bytes) or wire.loads(answer)["infcode"] in (0, -1)


def spoil(draw, value):
    """Change, leave out or add something somewhere below."""
    while value:
        name = draw.choice(list(value)) if isinstance(value, dict) else draw.randrange(len(value))
        inner = value[name]
        if isinstance(inner, (dict, list)) and inner and draw.random() < 0.85:
            value = inner
            continue
        kind = draw.random()
        if kind < 0.8:
            value[name] = deepcopy(draw.choice(ODD))
        elif kind < 0.9:
            del value[name]
        elif isinstance(value, list):
            value.append(inner)
        else:
            value["odd"] = deepcopy(draw.choice(ODD))
        return
