"""A visit is uploaded as the platform's profile has it: which message, and where er_flag stands."""

import json
from typing import Any

import pytest
from gateway.visit_world import Till

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("infno", ["2203", "2203A"])
@pytest.mark.parametrize("place", ["exp_content", "mdtrtinfo"])
async def test_the_encounter_leaves_as_the_profile_has_it(infno: str, place: Any) -> None:
    till = Till()
    till.profile = till.profile.with_(encounter=infno, er_flag_place=place)
    till.open_again()
    sent: list[dict[str, Any]] = []
    post = till.poster.post

    async def listening(url: str, headers: Any, body: bytes, limits: Any) -> Any:
        sent.append(json.loads(body))
        return await post(url, headers, body, limits)

    till.poster.post = listening  # type: ignore[method-assign]
    await till.opened("filed_hypertension", ("18.50", None))
    [encounter] = [message for message in sent if message["infno"].startswith("2203")]
    assert encounter["infno"] == infno
    told = encounter["input"]["mdtrtinfo"]
    assert (told.get("er_flag"), told.get("exp_content")) == (
        ("0", None) if place == "mdtrtinfo" else (None, {"er_flag": "0"})
    )
