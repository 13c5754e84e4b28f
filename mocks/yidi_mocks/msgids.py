"""Message ids as whole numbers, and which of them are taken: a hub may hear a million of them in one scenario.

An id of the usual form (hospital and day, then ten digits) is the number of its beginning and its digits; any other is
below zero. Ids that follow each other share one number of sixty-four bits in `Taken`.
"""

SERIAL = 10
LENGTH = 30
SERIAL_BITS = 34
CHUNK_BITS = 6
CHUNK = (1 << CHUNK_BITS) - 1
SERIALS = (1 << SERIAL_BITS) - 1


class Msgids:
    """Text to number and back. Equal texts have equal numbers, and only they."""

    def __init__(self) -> None:
        self._heads: dict[str, int] = {}
        self._head_of: list[str] = []
        self._odd: dict[str, int] = {}
        self._odd_of: list[str] = []

    def number(self, msgid: str) -> int:
        """The number of an id; of one not met before a new number."""
        tail = msgid[-SERIAL:]
        if len(msgid) != LENGTH or not (tail.isascii() and tail.isdigit()):
            return -1 - _place(msgid, self._odd, self._odd_of)
        head = msgid[:-SERIAL]
        place = self._heads.get(head)
        if place is None:
            place = _place(head, self._heads, self._head_of)
        return place << SERIAL_BITS | int(tail)

    def text(self, number: int) -> str:
        """The id of a number."""
        if number < 0:
            return self._odd_of[-1 - number]
        return f"{self._head_of[number >> SERIAL_BITS]}{number & SERIALS:0{SERIAL}d}"


class Taken:
    """Numbers that are taken."""

    def __init__(self) -> None:
        self._chunks: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        return self._chunks.get(number >> CHUNK_BITS, 0) >> (number & CHUNK) & 1 == 1

    def take(self, number: int) -> bool:
        """Whether it was free; it is taken from now on."""
        place, bit = number >> CHUNK_BITS, 1 << (number & CHUNK)
        before = self._chunks.get(place, 0)
        if before & bit:
            return False
        self._chunks[place] = before | bit
        return True

    def clear(self) -> None:
        """All are free."""
        self._chunks.clear()


def _place(text: str, places: dict[str, int], texts: list[str]) -> int:
    place = places.setdefault(text, len(texts))
    if place == len(texts):
        texts.append(text)
    return place
