"""What administrators do at a node, and everyone with their own account and tokens."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fairway.client.answers import Answer, Page, answered
from fairway.client.transport import Transport, part


class Administration:
    """People, domains, appointments and tokens of one node."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def health(self) -> Answer:
        """Return that the node is up, and its version. Needs no token."""
        return self._answer("GET", "health")

    def me(self) -> Answer:
        """Return your account and the appointments that hold today."""
        return self._answer("GET", "me")

    def change_password(self, old: str, new: str) -> None:
        """Change your own password."""
        self._transport.json("POST", "me/password", body={"old": old, "new": new})

    # ------------------------------------------------------------------ tokens

    def create_token(
        self,
        person: str,
        password: str,
        *,
        label: str = "",
        days: int | None = None,
        only: Sequence[str] | None = None,
        code: str | None = None,
        new_password: str | None = None,
    ) -> Answer:
        """Exchange a name and password for a token; its `secret` is shown this once.

        `only` names the rights that it is limited to, such as `read` and `query`; without it the
        token can do all that the person may. `code` is that of the second factor, where the person
        has one; `new_password` one's own, where the password was made for the person.
        """
        given = {"person": person, "password": password, "code": code, "new_password": new_password}
        body = {**given, "label": label, "days": days, "only": None if only is None else [*only]}
        return self._answer("POST", "tokens", body=body)

    def tokens(self) -> list[Answer]:
        """Return your own tokens, without their secrets."""
        return self._answers("GET", "tokens")

    def revoke_token(self, token: str) -> None:
        """Revoke one of your own tokens, by its id."""
        self._transport.json("DELETE", f"tokens/{part(token)}")

    # ------------------------------------------------------------------ signing in

    def factor(self) -> Answer:
        """Return whether signing in with your password asks for a code too."""
        return self._answer("GET", "me/factor")

    def begin_factor(self) -> Answer:
        """Return a `secret` for an authenticator app, and the same as an `address`."""
        return self._answer("POST", "me/factor")

    def complete_factor(self, code: str) -> Answer:
        """Give the first code that the app shows; return `recovery_codes`, shown this once."""
        return self._answer("POST", "me/factor/complete", body={"code": code})

    def remove_factor(self, code: str) -> None:
        """Remove your second factor, with a code of it."""
        self._transport.json("POST", "me/factor/remove", body={"code": code})

    def reset_factor(self, person: str) -> None:
        """Remove the second factor of somebody who has lost it."""
        self._transport.json("POST", f"people/{part(person)}/factor/reset")

    def sessions(self) -> list[Answer]:
        """Return where you are signed in on the web pages."""
        return self._answers("GET", "me/sessions")

    def end_session(self, session: str) -> None:
        """Sign out one browser, by the session's id."""
        self._transport.json("DELETE", f"me/sessions/{part(session)}")

    def end_sessions(self) -> None:
        """Sign out everywhere; tokens go on working."""
        self._transport.json("DELETE", "me/sessions")

    # ------------------------------------------------------------------ people

    def people(self, *, limit: int = 100, offset: int = 0) -> Page:
        """Return the accounts with their current appointments."""
        return self._page("people", limit=limit, offset=offset)

    def add_person(
        self, person: str, name: str, domain: str, password: str | None = None
    ) -> Answer:
        """Add an account. Without a password nobody can sign in to it."""
        body = {"id": person, "name": name, "domain": domain, "password": password}
        return self._answer("POST", "people", body=body)

    def give_password(self, person: str) -> Answer:
        """Make a password for somebody, with which they choose their own; it is shown this once."""
        return self._answer("POST", f"people/{part(person)}/password")

    def group_roles(self) -> list[Answer]:
        """Return which role in which domain each group of the directory gives."""
        return self._answers("GET", "group-roles")

    def give_group_role(self, group: str, role: str, domain: str) -> Answer:
        """Have members of a group hold a role in a domain, now and when they join it."""
        body = {"group": group, "role": role, "domain": domain}
        return self._answer("POST", "group-roles", body=body)

    def end_group_role(self, group: str, role: str, domain: str) -> None:
        """Have them hold it no longer, unless they were appointed to it."""
        body = {"group": group, "role": role, "domain": domain}
        self._transport.json("POST", "group-roles/end", body=body)

    def deactivate(self, person: str) -> None:
        """Close an account."""
        self._transport.json("POST", f"people/{part(person)}/deactivate")

    def domains(self) -> list[Answer]:
        """Return the domains."""
        return self._answers("GET", "domains")

    def add_domain(
        self, domain: str, name: str, organisation: str, organisation_name: str = ""
    ) -> Answer:
        """Add a domain, and its organisation when that is new."""
        body = {
            "id": domain,
            "name": name,
            "organisation": {"id": organisation, "name": organisation_name or organisation},
        }
        return self._answer("POST", "domains", body=body)

    def appoint(
        self,
        person: str,
        role: str,
        domain: str | None = None,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        evidence: str = "",
    ) -> Answer:
        """Appoint a person to a role, in a domain or, without one, at the hub."""
        body = {
            "person": person,
            "role": role,
            "domain": domain,
            "since": since.isoformat() if isinstance(since, date) else since,
            "until": until.isoformat() if isinstance(until, date) else until,
            "evidence": evidence,
        }
        return self._answer("POST", "appointments", body=body)

    def end_appointment(
        self, person: str, role: str, domain: str | None, until: date | str
    ) -> None:
        """Set the last day of a person's appointment to a role."""
        last = until.isoformat() if isinstance(until, date) else until
        body = {"person": person, "role": role, "domain": domain, "until": last}
        self._transport.json("POST", "appointments/end", body=body)

    # ------------------------------------------------------------------ asking

    def _answer(self, method: str, path: str, **given: Any) -> Answer:
        return Answer(answered(self._transport.json(method, path, **given)))

    def _answers(self, method: str, path: str, **given: Any) -> list[Answer]:
        return list(answered(self._transport.json(method, path, **given)))

    def _page(self, path: str, **params: Any) -> Page:
        found = answered(self._transport.json("GET", path, params=params))
        return Page(found["items"], found.get("total"), found.get("next"))
