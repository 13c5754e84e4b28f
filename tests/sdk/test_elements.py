"""Elements: in what we send every limit is checked, in what we receive only the kind."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from yidi_sdk.codes import CredentialType
from yidi_sdk.elements import amounts, fees, people, visits
from yidi_sdk.message import AS_GIVEN, Answer, Node


class Sent(Node):
    amount: amounts.MedfeeSumamt | None = None
    price: amounts.Pric | None = None
    quantity: amounts.Cnt | None = None
    order: visits.DiagSrtNo | None = None
    day: visits.Begndate | None = None
    time: visits.Begntime | None = None
    credential: people.MdtrtCertType | None = None
    name: people.PsnName | None = None
    line: fees.FeedetlSn | None = None


class Received(Answer):
    amount: amounts.MedfeeSumamt | None = None
    order: visits.DiagSrtNo | None = None
    name: people.PsnName | None = None
    credential: people.MdtrtCertType | None = None


def received(**values: Any) -> Received:
    return Received.model_validate(values, context=AS_GIVEN)


@pytest.mark.parametrize(
    "value",
    [
        1.5, float("nan"), float("inf"), True, [], {}, b"1",
        "12.345", "12.100", "1e2", "1E+2", "NaN", "Infinity", "sNaN", "１２.３４", "٣", " 1", "1 ", "1_000", "1,000",
        "+1", ".5", "5.", "0x10", "--1", "1" * 30, "99999999999999999.00", "100000000000000.00",
        Decimal("12.345"), Decimal("NaN"), Decimal("Infinity"),
    ],
)  # fmt: skip
def test_no_amount(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent(amount=value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("12.1", "12.10"), ("12", "12.00"), (13, "13.00"), (Decimal("12.10"), "12.10"), (Decimal("1E+2"), "100.00"),
        ("-0.01", "-0.01"), ("99999999999999.99", "99999999999999.99"), ("000.10", "0.10"),
    ],
)  # fmt: skip
def test_amounts_are_written_with_two_places(value: Any, written: str) -> None:
    assert str(Sent(amount=value).amount) == written


@given(st.decimals(places=2, min_value=-(10**14) + 1, max_value=10**14 - 1))
def test_an_amount_is_never_changed(value: Decimal) -> None:
    assert Sent(amount=value).amount == value
    assert Sent(amount=format(value, "f")).amount == value
    assert received(amount=format(value, "f")).amount == value


@given(st.floats())
def test_no_float_is_ever_taken(value: float) -> None:
    for name in ("amount", "price", "quantity"):
        with pytest.raises(ValidationError):
            Sent.model_validate({name: value})


def test_prices_and_quantities_keep_their_places() -> None:
    sent = Sent(price="12.345678", quantity="0.5")  # type: ignore[arg-type]
    assert (str(sent.price), str(sent.quantity)) == ("12.345678", "0.5")
    for wrong in ({"price": "1.2345678"}, {"quantity": "1.23456"}):
        with pytest.raises(ValidationError):
            Sent.model_validate(wrong)


@pytest.mark.parametrize("value", ["１", "1.0", "1_0", " 1", "a", "123", 2.0, True, None.__class__])
def test_no_whole_number(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent(order=value)


@pytest.mark.parametrize("value", ["2024-5-1", "２０２４-05-01", "2024/05/01", "2024-05-01 00:00:00", 20240501])
def test_no_day(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent(day=value)


@pytest.mark.parametrize("value", ["x" * 51, "\ud800", 5, b"x"])
def test_no_text(value: Any) -> None:
    with pytest.raises(ValidationError):
        Sent(name=value)


def test_a_code_enum_is_sent_as_its_plain_value() -> None:
    sent = Sent(credential=CredentialType.ID_CARD)
    assert sent.credential == "02"
    assert type(sent.credential) is str


def test_a_closed_code_set_refuses_and_never_quotes_what_may_be_a_person() -> None:
    with pytest.raises(ValidationError) as caught:
        Sent(credential="99")
    assert "'99' is not in code set mdtrt_cert_type" in str(caught.value)
    with pytest.raises(ValidationError) as caught:
        Sent(line="530102198803150000" * 2)
    assert "530102" not in str(caught.value)


def test_all_field_errors_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Sent.model_validate({"amount": 1.5, "day": "x", "nonsense": 1})
    assert {error["loc"][0] for error in caught.value.errors()} == {"amount", "day", "nonsense"}


def test_answers_are_taken_as_given() -> None:
    got = received(amount="12.345", order="3", name="x" * 60, credential="98", more="kept")
    assert (got.amount, got.order, got.name, got.credential) == (Decimal("12.345"), 3, "x" * 60, "98")
    assert (got.model_extra or {})["more"] == "kept"
    assert received(amount="", order="").amount is None
    assert received(name=7).name == "7"


@pytest.mark.parametrize("value", ["1e40", "abc", "NaN", 1.5, "1" * 25, [1]])
def test_an_answer_that_is_no_number_is_refused_not_crashed_on(value: Any) -> None:
    with pytest.raises(ValidationError):
        received(amount=value)
