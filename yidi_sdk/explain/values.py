"""What a code value means: in every code set that has it, with the fields that carry the set."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from yidi_sdk import diseases
from yidi_sdk.codes import CODE_SETS, CodeSet
from yidi_sdk.diseases import BY_CODE, DISEASES, LOCAL_TO_NATIONAL, Disease
from yidi_sdk.explain import dictionary

_ASKED = re.compile(r"(?P<name>[A-Za-z]\w*)\s*[=:：\s]\s*(?P<value>[\w.-]{1,20})")
_VALUE = re.compile(r"-?[A-Za-z]{0,3}[0-9][\w.-]{0,19}")
_SPAN = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value in one code set. `variant` names the province or implementer that has it so, "" for the set itself;
    `fields` are the wire fields that carry the set."""

    code_set: CodeSet
    value: str
    label: str
    variant: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """A value with every meaning. `disease` is set for a national disease code, or the one a local code stands for;
    `organs` are the national codes that an ambiguous one may mean."""

    value: str
    meanings: tuple[Meaning, ...]
    disease: Disease | None = None
    organs: tuple[str, ...] = ()


def value_entry(query: str) -> ValueEntry | None:
    """By `310`, `insutype=310`, `med_type 14`, `M03900` or the label of a value. None when no set has it."""
    asked = _ASKED.fullmatch(query)
    if asked is not None:
        sets = sets_of(asked["name"])
        return _entry(asked["value"], sets) if sets else None
    if _VALUE.fullmatch(query):
        return _entry(query, tuple(CODE_SETS.values()))
    return _labelled(query)


def sets_of(name: str) -> tuple[CodeSet, ...]:
    """The code set with this name, or that of the field with this name; empty when there is neither."""
    field = dictionary.field(name)
    found = CODE_SETS.get(name) or CODE_SETS.get((field and field.element.code_set) or "")
    return () if found is None else (found,)


def suggestions(query: str, most: int = 5) -> list[str]:
    """Values of the set that the query names, the nearest first; empty when it names none."""
    asked = _ASKED.fullmatch(query)
    found = sets_of(asked["name"]) if asked is not None else ()
    if asked is None or not found:
        return []
    known = found[0].values
    close = difflib.get_close_matches(asked["value"], known, n=most, cutoff=0.3)
    chosen = [*close, *(value for value in known if value not in close)][:most]
    return [f"{asked['name']}={value} ({known[value]})" for value in chosen]


@lru_cache(maxsize=1)
def carriers() -> dict[str, tuple[str, ...]]:
    """The wire fields that carry each code set."""
    found: dict[str, list[str]] = {}
    for name, entry in dictionary.fields().items():
        if entry.element.code_set is not None:
            found.setdefault(entry.element.code_set, []).append(name)
    return {name: tuple(names) for name, names in found.items()}


def _entry(asked: str, sets: tuple[CodeSet, ...]) -> ValueEntry | None:
    for value in dict.fromkeys((asked, asked.upper())):
        meanings = tuple(meaning for code_set in sets for meaning in _meanings(code_set, value))
        disease = BY_CODE.get(LOCAL_TO_NATIONAL.get(value, value))
        organs = diseases.AMBIGUOUS.get(value, ())
        if meanings or ((disease or organs) and len(sets) > 1):
            return ValueEntry(value, meanings, disease, organs)
    return None


def _meanings(code_set: CodeSet, value: str) -> list[Meaning]:
    fields = carriers().get(code_set.name, ())
    tables = {"": code_set.values, **code_set.variants}
    return [
        Meaning(code_set, value, label, variant, fields)
        for variant, values in tables.items()
        for key, label in values.items()
        if key == value or _within(value, key)
    ]


def _within(value: str, key: str) -> bool:
    """Whether a key such as 101-107 has the value in it."""
    span = _SPAN.fullmatch(key)
    return span is not None and value.isdigit() and len(value) == len(span[1]) and span[1] <= value <= span[2]


def _labelled(label: str) -> ValueEntry | None:
    found = [
        Meaning(code_set, value, label, "", carriers().get(code_set.name, ()))
        for code_set in CODE_SETS.values()
        for value, known in code_set.values.items()
        if known == label
    ]
    disease = next((row for row in DISEASES if row.name == label), None)
    if not found and disease is None:
        return None
    return ValueEntry(found[0].value if found else disease.code if disease else "", tuple(found), disease)
