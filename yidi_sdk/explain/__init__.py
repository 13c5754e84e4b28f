"""Fields, transactions, code values, reason codes and error texts in plain words.

from yidi_sdk import explain
explain.about("psn_no"), explain.about("2207"), explain.about("1301"), explain.about("insutype=310")
explain.about("NOT_FILED"), explain.about("FSI-未办理异地就医备案[trtBO_002]")
explain.unmapped.counts()  # texts of the platform that no row explains, without anything of a person
"""

from typing import TYPE_CHECKING

from yidi_sdk.explain.tally import UNMAPPED as unmapped  # noqa: N811 - an object, told like one

if TYPE_CHECKING:
    from yidi_sdk.explain.dictionary import FieldEntry, ListedEntry, TransactionEntry
    from yidi_sdk.explain.refusals import Refusal
    from yidi_sdk.explain.rows import Row
    from yidi_sdk.explain.values import ValueEntry

    Found = FieldEntry | ListedEntry | TransactionEntry | Refusal | Row | ValueEntry

__all__ = ["about", "suggestions", "unmapped"]


def about(query: str, profile: str | None = None) -> "Found | None":
    """What a name, number, code or text means. None when nothing is known.

    Asked are, in this order: transactions (with a `profile`, its own meaning of a number), fields by wire name or
    Chinese label, rows of the error catalogue by key, reason codes and exceptions, code values, sentences of ours,
    texts of the platform.
    """
    from yidi_sdk.explain import dictionary, errors, refusals, values  # noqa: PLC0415 - `import explain` stays light

    text = query.strip()
    return (
        dictionary.transaction(text, profile)
        or dictionary.listed(text)
        or dictionary.field(text)
        or errors.row_named(text)
        or refusals.named(text)
        or values.value_entry(text)
        or _said(text, profile)
    )


def suggestions(query: str, most: int = 5) -> list[str]:
    """Names that look like the query, values of the code set that it names among them."""
    import difflib  # noqa: PLC0415 - as above

    from yidi_sdk.explain import dictionary, errors, refusals, values  # noqa: PLC0415

    text = query.strip()
    found = values.suggestions(text, most)
    if found:
        return found
    keys = [*(row.key for row in refusals.refusals()), *(row.key for row in errors.rows())]
    near = difflib.get_close_matches(text, keys, n=most, cutoff=0.7)
    near += difflib.get_close_matches(text.upper(), keys, n=most, cutoff=0.7)
    return list(dict.fromkeys([*dictionary.suggestions(text, most), *near]))[:most]


def _said(text: str, profile: str | None) -> "Refusal | Row | None":
    """A sentence: ours unless it only hands on what the platform said, else the platform's."""
    from yidi_sdk.explain import errors, refusals  # noqa: PLC0415 - as above

    ours = refusals.said(text)
    if ours is not None and not ours.general:
        return ours
    return (
        (errors.caused(text) if ours is not None else None)
        or errors.match(text, profile=profile or "")
        or ours
        or errors.form_of(text)
    )
