"""The shares of a node: profiles for partners' tools."""

from fairway.client.answers import Answer
from fairway.client.logs import Logs
from fairway.client.transport import part


class Shares(Logs):
    """The profiles of one's agreements."""

    def make_profile(
        self, agreement: str, *, kind: str = "bearer", days: int | None = None, address: str = ""
    ) -> Answer:
        """Make a profile for your own active agreement; its `profile` is shown this once.

        `kind` is `bearer` or `oauth`. `address` is where partners reach the node, if it does not
        know that itself. A profile that was made before stops working.
        """
        body = {"kind": kind, "days": days, "address": address}
        return self._answer("POST", f"agreements/{part(agreement)}/profile", body=body)

    def revoke_profile(self, agreement: str) -> int:
        """Revoke what opens an agreement's share, links included; return how many there were."""
        said = self._answer("DELETE", f"agreements/{part(agreement)}/profile")
        return int(said.revoked)

    def recipients(self, agreement: str) -> list[Answer]:
        """Return the profiles that an agreement had, newest first, without secrets."""
        return self._answers("GET", f"agreements/{part(agreement)}/recipients")
