"""The fee lines of a stay, day after day, through every doubt."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sdk.stay import LOST, REFUSED, STAY, Platform, line, lines

from yidi_sdk import wire
from yidi_sdk.errors import Garbled, Misused, NotSent, Refused, TimedOut, Unknown, YidiError
from yidi_sdk.flows import (
    LineParts,
    StayLine,
    StaySums,
    Uploads,
    check_stay_lines,
    run,
    stay_batches,
    stay_fees,
    sums_of,
    upload_stay,
    upload_stay_batch,
)
from yidi_sdk.message import AS_GIVEN
from yidi_sdk.transactions import (
    InpatientFeeSplit,
    RevokeInpatientFees,
    UploadInpatientFees,
)


def test_batches_keep_both_limits_and_the_order() -> None:
    given = lines(120)
    assert [len(batch) for batch in stay_batches(STAY, "M1", given, Uploads())] == [50, 50, 20]
    long = [line(number, name="长" * 100) for number in range(120)]
    wide = stay_batches(STAY, "M1", long, Uploads(), most_lines=500)
    assert [one for batch in wide for one in batch] == long
    assert len(wide) > 1
    sizes = [len(wire.dumps(stay_fees(STAY, "M1", batch).to_wire()).decode()) for batch in wide]
    assert all(size < 40_000 for size in sizes)
    assert sizes[0] > 39_000
    assert stay_batches(STAY, "M1", [], Uploads()) == []


def test_lines_in_doubt_share_no_batch() -> None:
    state = Uploads(acknowledged=("L0", "L1"), doubtful=("L2", "L3"))
    made = stay_batches(STAY, "M1", lines(6), state)
    assert [[one.number for one in batch] for batch in made] == [["L2", "L3"], ["L4", "L5"]]


def test_a_day_after_the_other() -> None:
    platform = Platform()
    first = run(platform, upload_stay(STAY, "M1", lines(60)))
    second = run(platform, upload_stay(STAY, "M1", lines(70), first))
    assert [len(message.feedetail) for message in platform.sent] == [50, 10, 10]
    assert platform.held == list(second.acknowledged) == [f"L{number}" for number in range(70)]
    assert sums_of(lines(70), second.parts) == StaySums(Decimal("140.00"), Decimal("140.00"), *[Decimal("0.00")] * 3)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("doubt", [LOST, Garbled("half")])
def test_a_batch_in_doubt_is_revoked_by_its_numbers_and_sent_again(place: str, doubt: Unknown) -> None:
    platform = Platform(None, (place, doubt))
    done = run(platform, upload_stay(STAY, "M1", lines(70))).whole()
    assert platform.classes == [UploadInpatientFees, UploadInpatientFees, RevokeInpatientFees, UploadInpatientFees]
    assert [row.feedetl_sn for row in platform.sent[2].data] == [f"L{number}" for number in range(50, 70)]
    assert platform.held == list(done.acknowledged)
    assert len(done.parts) == 70
    assert done.doubtful == ()


@pytest.mark.parametrize(
    ("script", "stopped"),
    [
        ([("after", LOST), ("before", LOST)], TimedOut),  # the revocation is in doubt
        ([("after", LOST), None, ("before", LOST)], TimedOut),  # the second sending is
        ([("after", LOST), None, ("after", LOST)], TimedOut),
        ([("after", LOST), ("before", REFUSED)], Refused),
        ([("after", LOST), None, ("before", NotSent("down"))], NotSent),
    ],
)
def test_doubt_that_stays_ends_the_upload_and_the_next_run_settles_it(script: Any, stopped: type[YidiError]) -> None:
    platform = Platform(None, *script)
    broken = run(platform, upload_stay(STAY, "M1", lines(120)))
    assert isinstance(broken.stopped, stopped)
    assert broken.acknowledged == tuple(f"L{number}" for number in range(50))
    assert broken.doubtful == tuple(f"L{number}" for number in range(50, 100))
    with pytest.raises(stopped):
        broken.whole()
    count = len(platform.sent)
    done = run(platform, upload_stay(STAY, "M1", lines(130), broken)).whole()
    assert platform.classes[count:] == [RevokeInpatientFees, UploadInpatientFees, UploadInpatientFees]
    assert platform.held == list(done.acknowledged) == [f"L{number}" for number in range(130)]
    assert len(done.parts) == 130


@pytest.mark.parametrize("error", [NotSent("down"), REFUSED])
def test_what_was_not_taken_is_not_in_doubt(error: YidiError) -> None:
    platform = Platform(None, ("before", error))
    broken = run(platform, upload_stay(STAY, "M1", lines(60)))
    assert (broken.stopped, broken.doubtful, len(broken.acknowledged)) == (error, (), 50)
    run(platform, upload_stay(STAY, "M1", lines(60), broken)).whole()
    assert platform.classes == [UploadInpatientFees] * 3


def test_killed_between_two_batches() -> None:
    """The caller's own record, kept before each batch, is enough."""
    platform = Platform()
    kept = Uploads()
    for place, batch in enumerate(stay_batches(STAY, "M1", lines(120), kept)):
        kept = kept.begun(batch)
        if place == 1:
            platform.send(stay_fees(STAY, "M1", batch))  # it arrived, and then the lights went out
            break
        kept = kept.answered(batch, run(platform, upload_stay_batch(STAY, "M1", batch)))
    done = run(platform, upload_stay(STAY, "M1", lines(120), kept)).whole()
    assert platform.held == list(done.acknowledged)
    assert len(done.parts) == 120


def test_a_late_copy_keeps_the_batch_in_doubt() -> None:
    """The lost message arrives between the revocation and the second sending: refused, and settled by the next run."""
    platform = Platform(("before", LOST))
    taken = platform.take

    def late(message: Any) -> Any:
        answer = None
        try:
            answer = taken(message)
        finally:
            if isinstance(message, RevokeInpatientFees) and len(platform.sent) == 2:
                platform.held += ["L0", "L1"]
        return answer

    platform.take = late  # type: ignore[method-assign]
    broken = run(platform, upload_stay(STAY, "M1", lines(2)))
    assert isinstance(broken.stopped, Refused)
    assert broken.doubtful == ("L0", "L1")
    assert run(platform, upload_stay(STAY, "M1", lines(2), broken)).whole().acknowledged == ("L0", "L1")


def test_misuse_is_raised_not_returned() -> None:
    with pytest.raises(Misused):
        run(Platform(("before", Misused("no division"))), upload_stay(STAY, "M1", lines(1)))


@pytest.mark.parametrize(
    ("given", "earlier", "code"),
    [
        ([line(1, "-2.00", "L0")], [], "NEGATIVE_LINE_NO_ORIGIN"),
        ([line(1, "-2.00")], [line(0)], "NEGATIVE_LINE_NO_ORIGIN"),
        ([line(1, "-3.00", "L0")], [line(0)], "NEGATIVE_LINE_NO_ORIGIN"),
        ([line(1, "-2.00", "L0"), line(2, "-2.00", "L0")], [line(0)], "NEGATIVE_LINE_NO_ORIGIN"),
        ([line(1), line(1)], [], "LINE_NO_DUPLICATE"),
        ([replace(line(1), amount=Decimal("9.00"))], [], "LINE_AMOUNT_MISMATCH"),
    ],
)
def test_lines_that_the_rules_refuse_are_not_sent(given: list[StayLine], earlier: list[StayLine], code: str) -> None:
    platform = Platform()
    with pytest.raises(Misused) as caught:
        run(platform, upload_stay(STAY, "M1", given, earlier=earlier))
    assert code in {problem.message for problem in caught.value.fields}
    assert platform.sent == []


def test_negative_lines_that_may_go() -> None:
    assert check_stay_lines([line(1, "-2.00", "L0")], [line(0)]) == ()
    assert check_stay_lines([line(0), line(1, "-1.00", "L0")]) == ()
    assert check_stay_lines([]) == ()


def test_sums_need_every_line() -> None:
    parts = [LineParts("L0", Decimal("2.00"), None)]
    with pytest.raises(Misused) as caught:
        sums_of(lines(2), parts)
    assert [problem.path for problem in caught.value.fields] == ["feedetail L0", "feedetail L1"]


def test_a_line_whose_parts_are_not_all_told() -> None:
    row = {"feedetl_sn": "L0", "det_item_fee_sumamt": "2.00", "inscp_scp_amt": "2.00"}
    flow = upload_stay_batch(STAY, "M1", lines(1))
    next(flow)
    with pytest.raises(StopIteration) as end:
        flow.send(InpatientFeeSplit.model_validate({"result": [row]}, context=AS_GIVEN))
    assert end.value.value == (LineParts("L0", Decimal("2.00"), None),)
