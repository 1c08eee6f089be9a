"""The moves that need a page of their own: what each means, what it asks, what its button says."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.nouns.agreements import Move


@dataclass(frozen=True, slots=True)
class MovePage:
    """The words of a move's page. `label` is empty where no words are asked for."""

    title: str
    meaning: str
    label: str
    button: str
    told: str
    missing: str = ""
    warning: bool = False


MOVES: Mapping[Move, MovePage] = {
    Move.QUESTION: MovePage(
        "Ask a question",
        "The request comes back to you when the question is answered.",
        "What do you need to know?",
        "Send the question",
        "You asked a question.",
        "Enter your question",
    ),
    Move.ANSWER: MovePage(
        "Answer the question",
        "Your answer goes to the data owner with the request.",
        "Your answer",
        "Send the answer",
        "Your answer is sent.",
        "Enter your answer",
    ),
    Move.REFUSE: MovePage(
        "Refuse the request",
        "The asker sees your reason. They can make another request.",
        "Why do you refuse?",
        "Refuse the request",
        "You refused the request.",
        "Enter why you refuse",
        warning=True,
    ),
    Move.WITHDRAW: MovePage(
        "Withdraw the request",
        "Nothing is decided on it any more. You can make another request later.",
        "",
        "Withdraw the request",
        "The request is withdrawn.",
        warning=True,
    ),
    Move.SUSPEND: MovePage(
        "Suspend the agreement",
        "The data cannot be used under this agreement until it is resumed.",
        "Why do you suspend it?",
        "Suspend the agreement",
        "The agreement is suspended.",
        "Enter why you suspend the agreement",
        warning=True,
    ),
    Move.RESUME: MovePage(
        "Resume the agreement",
        "The data can be used again at once, under the same terms.",
        "",
        "Resume the agreement",
        "The agreement is active again.",
    ),
    Move.CONFIRM: MovePage(
        "Confirm the agreement",
        "You say that the data is still needed, by the same people, for the same purpose.",
        "",
        "Confirm",
        "The agreement is confirmed.",
    ),
    Move.SIGN_OFF: MovePage(
        "Sign off for data protection",
        "You say, as data protection officer, that this use of the data is right. The data owner"
        " still decides.",
        "What does your sign-off rest on?",
        "Sign off",
        "You signed off.",
        "Enter what your sign-off rests on",
    ),
    Move.TERMINATE: MovePage(
        "End the agreement",
        "The data cannot be used under this agreement any more. This cannot be undone.",
        "Why do you end it?",
        "End the agreement",
        "The agreement is ended.",
        "Enter why you end the agreement",
        warning=True,
    ),
}
"""By move. Submitting and approving have pages of their own."""
