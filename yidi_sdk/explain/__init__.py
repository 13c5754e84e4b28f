"""Fields, transactions and error texts in plain words.

from yidi_sdk import explain
explain.about("psn_no"), explain.about("2207"), explain.about("FSI-未办理异地就医备案[trtBO_002]")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yidi_sdk.explain.dictionary import FieldEntry, TransactionEntry
    from yidi_sdk.explain.errors import Row


def about(query: str) -> "FieldEntry | TransactionEntry | Row | None":
    """What a field name, Chinese label, infno, message class or platform text means. None when nothing is known."""
    from yidi_sdk.explain import dictionary, errors  # noqa: PLC0415 - `import yidi_sdk.explain` stays light

    text = query.strip()
    return dictionary.transaction(text) or dictionary.field(text) or errors.row_named(text) or errors.match(text)


def suggestions(query: str) -> list[str]:
    """Names that look like the query."""
    from yidi_sdk.explain import dictionary  # noqa: PLC0415 - as above

    return dictionary.suggestions(query.strip())
