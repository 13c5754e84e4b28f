"""The technical reversal of a message whose answer was lost."""

from yidi_sdk.elements import people, session
from yidi_sdk.message import Input, Nothing


class ReverseTransaction(Input[Nothing], node="data"):
    """冲正交易 2601: undo a message by its original msgid and infno"""

    psn_no: people.PsnNo
    omsgid: session.Omsgid
    oinfno: session.Oinfno
