"""The life of an agreement, from `rules.agreements.TRANSITIONS`."""

from fairway.nouns.agreements import State
from fairway.rules.agreements import ENDED, NEEDS_NOTE, TRANSITIONS
from pages.tables import table


def page() -> str:
    return f"""
# The life of an agreement

An agreement is in one of {len(State)} states. A move takes it from one to another. Who may make
which move is one table in the code, `rules.agreements.TRANSITIONS`; this page is written from it.

{_diagram()}

Nothing leads out of {_joined(ENDED)}.

## Who may do what

{_table()}

- The **asker** is the person who made the request. Nobody is both asker and decider: the data
  owner's or governance manager's role does not count on one's own request.
- The **data owner** holds that appointment in the product's domain today.
- The **governance manager** holds that appointment at the hub today.
- The **calendar** moves by itself: an approved agreement becomes active on its first day, and one
  that was granted expires on the day after its last day. The state that counts for a query is
  worked out from the day of the query, whether or not the move was written yet.
- Approving may grant less than was asked, never more: fewer columns, stronger treatments, more
  conditions on rows, fewer days.
"""


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{s}" as {_name(s)}' for s in State if " " in s.value]
    lines.append(f"    [*] --> {_name(State.DRAFT)}")
    lines += [
        f"    {_name(before)} --> {_name(after)}: {move}"
        for (before, move), (after, _) in TRANSITIONS.items()
    ]
    lines += [f"    {_name(s)} --> [*]" for s in State if s in ENDED]
    return "\n".join([*lines, "```"])


def _name(state: State) -> str:
    return state.value.replace(" ", "_")


def _joined(states: frozenset[State]) -> str:
    words = [s.value for s in State if s in states]
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _table() -> str:
    return table(
        ["from", "move", "to", "who may", "needs words"],
        (
            [
                before,
                f"`{move}`",
                after,
                ", ".join(sorted(parties)),
                "yes" if move in NEEDS_NOTE else "",
            ]
            for (before, move), (after, parties) in TRANSITIONS.items()
        ),
    )
