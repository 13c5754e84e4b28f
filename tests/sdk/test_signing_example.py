"""The example of an own signer, run as it stands."""

import subprocess
import sys
from pathlib import Path

import pytest
from sdk import other_side

from yidi_sdk import wire
from yidi_sdk.signing import sm2

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "examples" / "08_own_signer.py"


def test_the_own_signer_signs() -> None:
    try:
        sm2.choose()
    except sm2.Sm2Missing:
        pytest.skip("no SM2 implementation is installed here")
    done = subprocess.run([sys.executable, str(PROGRAM)], cwd=ROOT, check=True, capture_output=True, text=True)
    sent = wire.loads(done.stdout.encode())
    text = other_side.sm4(b"DEMOCLIENTID0001", other_side.base64.b64decode(sent["input"]), back=True)
    assert b'"opter_no":"0001"' in text
    assert other_side.is_signed(other_side.public(7), text, other_side.base64.b64decode(sent["cainfo"]))
    assert len(PROGRAM.read_text(encoding="utf-8").splitlines()) < 40


def test_the_page_names_every_value_of_signing() -> None:
    page = (ROOT / "docs" / "signing.md").read_text(encoding="utf-8")
    from yidi_sdk.profile import CHOICES, names

    own = set(CHOICES) - {"visit_shape", "er_flag_place"}
    assert [name for name in own if f"`{name}`" not in page] == []
    assert [value for name in own for value in CHOICES[name] if f"`{value}`" not in page] == []
    assert [name for name in names() if f"`{name}`" not in page] == []
