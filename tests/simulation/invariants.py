"""THE TABLE of what must hold, from the design's state machine; `oracle` looks, `docs/proof.md` prints it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One invariant: what it says, and when it is looked at. `elsewhere` names the tests of what no simulated day can
    show."""

    says: str
    looked_at: str
    elsewhere: str = ""


RULES: dict[str, Rule] = {
    "I1": Rule("At most one live settlement a basket", "whenever the platform does something"),
    "I2": Rule("In the end the platform's live settlements are those told as settled, to the fen", "end of the day"),
    "I3": Rule(
        "What was told as final is never contradicted", "every answer, and whenever the platform does something"
    ),
    "I4": Rule("No settlement is both counted and taken back", "end of the day"),
    "I5": Rule("No money message leaves while another of its basket is open", "every message that leaves"),
    "I6": Rule("A msgid is used once, over all lives of the process", "every message that leaves"),
    "I7": Rule(
        "Nothing leaves that the journal does not hold byte for byte, nor money later than 5 s after it was kept",
        "every message that leaves",
    ),
    "I8": Rule("A money message whose outcome is not known never leaves again", "every message that leaves"),
    "I9": Rule("The same key gets the same final answer, byte for byte", "every answer"),
    "I10": Rule("The amounts of what is told as settled add up and are the platform's", "every answer, end of the day"),
    "I11": Rule("A submission moves along the lines of the table only", "every write of the journal"),
    "I12": Rule("Every move has its audit row, and the chain verifies", "end of the day"),
    "I13": Rule("Sums of amounts: the platform's are those that callers were told", "end of the day"),
    "I14": Rule(
        "A reversal leaves only while reversing, and reversing never ends confirmed", "every message, every write"
    ),
    "I15": Rule("In a downtime no money message and no reversal leaves", "every message that leaves"),
    "I16": Rule("No personal data in a log line", "every log line", "`tests/gateway/test_logs.py`"),
    "I17": Rule("No undo out of order, no change of fees under a settlement", "every message that leaves"),
    "L1": Rule("When the world heals, every submission ends within QUIET and ten minutes", "after the world healed"),
    "L2": Rule("What is due is taken in turn: nothing waits longer than a lease", "after the world healed"),
    "R1": Rule(
        "Nothing is left to repair, as long as no message is later than D_max and none is repeated on the way",
        "end of the day",
    ),
}
