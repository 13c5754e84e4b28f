"""The tables of `docs/proof.md`, made from the code that proves: invariants, trouble, wrong rules, crash points."""

from doc_tables import table

from simulation import invariants, swarm, weather, wrong_rules
from simulation.people import HABITS
from yidi_gateway.crash import POINTS


def rules() -> str:
    """Every invariant, and when the simulation looks at it."""
    rows = [
        (name, rule.says, rule.looked_at + (f"; also {rule.elsewhere}" if rule.elsewhere else ""))
        for name, rule in invariants.RULES.items()
    ]
    return table(("", "invariant", "looked at"), rows)


def trouble() -> str:
    """What a seed switches on and off."""
    rows = [
        ("what befalls a message", ", ".join((*weather.BEFORE, *weather.AFTER))),
        ("the two that break an assumption", ", ".join(weather.BROKEN)),
        ("an answer that is rubbish", ", ".join(weather.RUBBISH)),
        ("what befalls the process", ", ".join(swarm.PROCESS)),
        ("what happens in the town", ", ".join(swarm.EVENTS)),
        ("what people do", ", ".join(HABITS)),
        ("what the platform is like", "idem_msgid, tombstone, one_live"),
    ]
    return table(("kind", "drawn from"), [(kind, names.replace("_", " ")) for kind, names in rows])


def wrong() -> str:
    """The deliberately wrong rules; the twelve of the design come first."""
    rows = [
        (
            f"`{name}`",
            rule.says,
            f"survives: {wrong_rules.SURVIVES[name]}" if name in wrong_rules.SURVIVES else "caught",
        )
        for name, rule in wrong_rules.RULES.items()
    ]
    return table(("wrong rule", "what it does", ""), rows)


def points() -> str:
    """The crash points and what each platform's behaviour leads to."""
    from crash.points import BEHAVIOURS, CASES

    rows = [(f"`{case.name}`", POINTS[case.name], *(f"`{word}`" for word in case.ends)) for case in CASES]
    return table(("", "killed when", *BEHAVIOURS), rows)
