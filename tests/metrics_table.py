"""The table of `/metrics` inside the docs, made from the code."""

from doc_tables import table


def markdown() -> str:
    """Every figure with its labels."""
    from yidi_gateway.doors.observed import FIGURES

    rows = [(f"`{row.name}`", row.kind, row.about, ", ".join(f"`{label}`" for label in row.labels)) for row in FIGURES]
    return table(("name", "kind", "tells", "by"), rows)
