"""What the hub packs to stay small comes back whole: amounts, rows, message ids, the record."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_mocks import figures
from yidi_mocks.msgids import Msgids, Taken
from yidi_mocks.record import LARGE, WAITING, Record
from yidi_mocks.splits import split_line

amounts = st.decimals(-(10**12), 10**12, places=2)


@given(st.lists(amounts, min_size=len(figures.AMOUNTS), max_size=len(figures.AMOUNTS)), st.lists(amounts, max_size=4))
def test_amounts_come_back_whole(values, funds):
    given_amounts = dict(zip(figures.AMOUNTS, values, strict=True))
    rows = [figures.fund_row(str(place), f"基金{place}", amount, -amount) for place, amount in enumerate(funds)]
    packed, names = figures.packed(given_amounts, rows)
    fen = list(figures.all_of(packed, names))
    assert dict(zip(figures.AMOUNTS, map(figures.yuan, fen), strict=False)) == given_amounts
    assert figures.fund_rows(packed, names) == rows
    assert all(amount.as_tuple().exponent == -2 for amount in map(figures.yuan, fen))
    assert list(figures.all_of(figures.mirrored(packed, names), names)) == [-one for one in fen]


def test_a_part_of_a_fen_is_never_dropped():
    with pytest.raises(ValueError, match="two places"):
        figures.fen_of(Decimal("0.005"))


def test_a_split_made_before_is_that_of_the_same_line():
    one = split_line("XB01AAA0001", Decimal("1.00"), Decimal("1.0"), Decimal(1))
    assert split_line("XB01AAA0001", Decimal("1.00"), Decimal("1.000"), Decimal("1.00")) is one
    assert split_line("XB01AAA0001", Decimal("1.00"), Decimal("1.0"), Decimal(1), disapproved=True) != one


def test_equal_rows_are_one_but_only_to_the_letter():
    shared = figures.Shared()
    first = shared.row({"a": "1", "b": {"c": 1}})
    assert shared.row({"a": "1", "b": {"c": 1}}) is first
    for other in ({"a": "1", "b": {"c": True}}, {"a": "1", "b": {"c": "1"}}, {"a": "1", "b": {"c": Decimal("1.0")}}):
        assert shared.row(other) is other
    with_list = {"a": [1]}
    assert shared.row(with_list) is with_list


@given(st.lists(st.text(max_size=40) | st.from_regex(r"\AH5001030000120261121[0-9]{10}\Z"), max_size=30))
def test_msgids_come_back_whole_and_are_taken_once(texts):
    msgids, taken, seen = Msgids(), Taken(), set()
    for text in texts:
        number = msgids.number(text)
        assert msgids.text(number) == text
        assert (number in taken) == (text in seen)
        assert taken.take(number) == (text not in seen)
        seen.add(text)


def test_the_record_gives_back_what_was_written():
    record = Record()
    for place, msgid in enumerate(("H50010300001202611210000000001", "ODD", "")):
        fate = ("2207", "refused", "原因", "maintenance", False, "14")
        number = record.msgids.number(msgid)
        record.add(
            (
                f"202611210901050{place:02d}",
                number,
                "P",
                None,
                {"mdtrt_id": "V", "chrg_bchno": "B", "setl_id": 7},
                fate,
                msgid.encode(),
            )
        )
    assert [row.n for row in record] == [1, 2, 3]
    assert record[-1].as_json() == {
        "n": 3,
        "at": "20261121090105002",
        "infno": "2207",
        "msgid": "",
        "psn_no": "P",
        "mdtrt_id": "V",
        "chrg_bchno": "B",
        "setl_id": None,
        "verdict": "refused",
        "err_msg": "原因",
        "cause": "maintenance",
        "effect": False,
        "in_maintenance": True,
        "med_type": "14",
        "bytes_sha256": hashlib.sha256(b"").hexdigest(),
    }
    assert [row.msgid for row in record] == ["H50010300001202611210000000001", "ODD", ""]
    with pytest.raises(IndexError):
        record[3]


def test_rows_that_wait_and_rows_in_their_columns_are_one_record():
    record = Record()
    for place in range(3 * WAITING + 1):
        assert len(record) == place
        fate = (str(place % 3), "ok", None, None, True, "")
        raw = b"a" * (LARGE + 1) if place == WAITING + 5 else str(place).encode()
        record.add(
            (
                str(20261121090105000 + place),
                record.msgids.number(f"M{place}"),
                None,
                "S",
                {"psn_no": "P", "setl_id": "T"},
                fate,
                raw,
            )
        )
    rows = list(record)
    assert [row.msgid for row in rows] == [f"M{place}" for place in range(3 * WAITING + 1)]
    assert [row.infno for row in rows] == [str(place % 3) for place in range(3 * WAITING + 1)]
    assert (rows[7].psn_no, rows[7].mdtrt_id, rows[7].setl_id) == ("P", "", "S")
    assert rows[7].digest == hashlib.sha256(b"7").digest()
    assert record[WAITING + 5].digest == hashlib.sha256(b"a" * (LARGE + 1)).digest()
    record.clear()
    assert len(record) == 0
    assert list(record) == []
