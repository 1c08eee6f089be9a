"""What stands in the record, in words: the actions and outcomes that a page can filter by."""

from collections.abc import Mapping

from fairway.nouns.agreements import Move

ACTIONS: Mapping[str, str] = {
    "query.granted": "Query allowed",
    "query.completed": "Query completed",
    "query.denied": "Query refused",
    "query.stopped": "Query stopped",
    "share.profile": "Profile made for a tool",
    "share.revoke": "Profile revoked",
    "share.query": "Share queried by a tool",
    "share.changes": "Changes of a share queried by a tool",
    "share.file": "File of a share read by a tool",
    "share.refused": "Read of a share refused",
    "access.explain": "Asked about somebody’s access",
    "product.publish": "Product published",
    "catalogue.harvest": "Catalogue harvested",
    "glossary.put": "Glossary changed",
    "glossary.remove": "Taken out of the glossary",
    "agreement.draft": "Request drafted",
    **{
        f"agreement.{move.value}": text
        for move, text in {
            Move.SUBMIT: "Request sent",
            Move.QUESTION: "Question asked",
            Move.ANSWER: "Question answered",
            Move.APPROVE: "Request approved",
            Move.REFUSE: "Request refused",
            Move.WITHDRAW: "Request withdrawn",
            Move.ACTIVATE: "Agreement became active",
            Move.SUSPEND: "Agreement suspended",
            Move.RESUME: "Agreement resumed",
            Move.SIGN_OFF: "Signed off by a data protection officer",
            Move.TERMINATE: "Agreement ended",
            Move.EXPIRE: "Agreement expired",
            Move.CONFIRM: "Agreement confirmed",
            Move.LAPSE: "Agreement lapsed",
        }.items()
    },
    "person.sign_in": "Signed in, or tried to",
    "person.sign_out": "Signed out",
    "person.add": "Account added",
    "person.deactivate": "Account closed",
    "person.change_password": "Password changed, or tried to",
    "appointment.make": "Appointment made",
    "appointment.end": "Appointment ended",
    "person.leaving": "Last day set",
    "stop.make": "Stopped at once",
    "stop.lift": "Stop lifted",
    "guardrail.propose": "Guardrails proposed",
    "guardrail.review": "Guardrails reviewed",
    "guardrail.publish": "Guardrails published",
    "guardrail.withdraw": "Guardrails withdrawn",
    "guardrail.alarm": "Guardrails not right",
    "access.matrix": "Everybody’s access taken out",
    "domain.add": "Domain added",
    "token.create": "Token made",
    "token.revoke": "Token revoked",
    "token.refused": "Token refused",
    "audit.read": "Record read",
    "audit.verify": "Record checked",
}
"""By the name under which the record keeps them."""

OUTCOMES: Mapping[str, str] = {
    "done": "Done",
    "granted": "Allowed",
    "denied": "Refused",
    "failed": "Failed",
}
