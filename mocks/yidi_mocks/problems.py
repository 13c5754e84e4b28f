"""Problems that agencies put to one another (规程 第五十三条, 第五十五条), with their terms in working days.

A filing is answered within 2 working days, a fault of a system within 1, anything else within 10. Who asked confirms
the answer; 10 working days without a word count as confirmation. Who disagrees asks anew, one level up. Terms end at
24:00 of their last day. Nothing happens by itself: what time has brought about is read off the clock.
"""

from dataclasses import dataclass, field
from typing import Any

from yidi_mocks.workdays import Calendar

ANSWER_WITHIN = {"filing": 2, "fault": 1, "other": 10}
SILENCE = 10
LEVELS = ("county", "city", "nation")
RAISED = frozenset({"kind", "about", "by", "to", "level", "psn_no"})
STEPS = ("answer", "extended_to", "confirm", "dispute")


class BadProblem(ValueError):
    """What was said of a problem makes no sense, or does not fit where it stands."""


@dataclass(slots=True)
class Problem:
    """One problem. `raised_at`, `answered_at`, `confirmed_at`: yyyy-MM-dd HH:mm:ss. `follows`: the one it is asked anew
    for."""

    number: str
    kind: str
    about: str
    by: str
    to: str
    level: str
    raised_at: str
    due: str
    psn_no: str | None = None
    follows: str | None = None
    answer: str | None = None
    answered_at: str | None = None
    silent_after: str | None = None
    confirmed_at: str | None = None
    disputed: str | None = None
    log: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def state(self, today: str) -> str:
        """open, answered, confirmed or disputed."""
        if self.disputed is not None:
            return "disputed"
        if self.confirmed_at is not None or self._by_silence(today):
            return "confirmed"
        return "open" if self.answered_at is None else "answered"

    def _by_silence(self, today: str) -> bool:
        return self.silent_after is not None and self.confirmed_at is None and self.silent_after < today

    def as_json(self, today: str) -> dict[str, Any]:
        """As the control door shows it on that day. `due`: answered by the end of it. `overdue`: it was not, or is not
        yet."""
        state = self.state(today)
        answered_on = self.answered_at[:10] if self.answered_at else today
        return {
            "id": self.number,
            "kind": self.kind,
            "about": self.about,
            "by": self.by,
            "to": self.to,
            "level": self.level,
            "psn_no": self.psn_no,
            "raised_at": self.raised_at,
            "state": state,
            "due": self.due,
            "overdue": answered_on > self.due,
            "answer": self.answer,
            "answered_at": self.answered_at,
            "confirm_by": self.silent_after,
            "confirmed_at": self.confirmed_at,
            "confirmed_by_silence": state == "confirmed" and self._by_silence(today),
            "disputed": self.disputed,
            "follows": self.follows,
            "log": self.log,
        }


class Problems:
    """All of them, by number."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.raised: dict[str, Problem] = {}

    def raise_one(self, row: dict[str, Any], now: str) -> Problem:
        """A new one, from `kind` (filing, fault, other), `about`, `by`, `to`, `level`, `psn_no`. Raises BadProblem,
        NoCalendar."""
        unknown = set(row) - RAISED
        if unknown:
            raise BadProblem(f"a problem has no {', '.join(sorted(unknown))}")
        kind, about, level = row.get("kind"), row.get("about"), row.get("level", LEVELS[0])
        if kind not in ANSWER_WITHIN:
            raise BadProblem(f"kind must be one of {', '.join(ANSWER_WITHIN)}")
        if not about or not isinstance(about, str):
            raise BadProblem("about is missing: what is the problem?")
        if level not in LEVELS:
            raise BadProblem(f"level must be one of {', '.join(LEVELS)}")
        due = self.calendar.after(now, ANSWER_WITHIN[kind])
        by, to = str(row.get("by") or "treatment place"), str(row.get("to") or "insured place")
        made = Problem(f"p{len(self.raised) + 1}", kind, about, by, to, level, now, due, psn_no=row.get("psn_no"))
        self.raised[made.number] = made
        return made

    def change(self, problem: Problem, row: dict[str, Any], now: str) -> Problem:
        """One step: `answer` text, `extended_to` a later day agreed with who asked, `confirm` true, or `dispute` with a
        reason, which makes a new problem one level up and gives that. Raises BadProblem."""
        (step,) = row if len(row) == 1 and set(row) <= set(STEPS) else ("",)
        state = problem.state(now[:10])
        if step in ("answer", "extended_to") and state == "open":
            self._answer(problem, step, row[step], now)
        elif step in ("confirm", "dispute") and state == "answered":
            if step == "dispute":
                return self._dispute(problem, str(row["dispute"]), now)
            problem.confirmed_at = now
        else:
            raise BadProblem(
                f"a problem that is {state} does not take this; steps are {', '.join(STEPS)}, one at a time"
            )
        problem.log.append({"at": now, "step": step})
        return problem

    def _answer(self, problem: Problem, step: str, value: Any, now: str) -> None:
        if not value or not isinstance(value, str):
            raise BadProblem(f"{step} must say something")
        if step == "answer":
            problem.silent_after = self.calendar.after(now, SILENCE)
            problem.answer, problem.answered_at = value, now
        elif value <= problem.due:
            raise BadProblem(f"extended_to must be later than {problem.due}")
        else:
            problem.due = value

    def _dispute(self, problem: Problem, reason: str, now: str) -> Problem:
        higher = LEVELS[min(LEVELS.index(problem.level) + 1, len(LEVELS) - 1)]
        told = {"kind": problem.kind, "about": f"{problem.about}；{reason}", "by": problem.by, "to": problem.to}
        made = self.raise_one({**told, "level": higher, "psn_no": problem.psn_no}, now)
        made.follows, problem.disputed = problem.number, reason
        problem.log.append({"at": now, "step": "dispute"})
        return made
