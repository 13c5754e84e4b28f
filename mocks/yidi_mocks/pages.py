"""Pages of an answer: which row a page begins with."""

from typing import Any

from yidi_mocks.labels import Message, wrong

MOST_DIGITS = 6


def first_of_page(message: Message, data: dict[str, Any], found: int) -> int | None:
    """Where the page asked begins, None when it is empty. Without a page: the first. Pages and sizes begin at 1."""
    begin = (_positive(message, data, "page_num") - 1) * size_of_page(message, data)
    return begin if begin < found else None


def size_of_page(message: Message, data: dict[str, Any]) -> int:
    """How many rows a page has; one where nothing is said."""
    return _positive(message, data, "page_size")


def _positive(message: Message, data: dict[str, Any], name: str) -> int:
    text = data.get(name)
    if text in (None, ""):
        return 1
    if not (str(text).isascii() and str(text).isdigit() and 0 < len(str(text)) <= MOST_DIGITS and int(text) > 0):
        raise wrong(message, name, "应为正整数")
    return int(text)
