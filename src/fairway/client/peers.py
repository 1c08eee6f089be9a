"""The other nodes that a node trusts, as its keepers see them."""

from collections.abc import Sequence

from fairway.client.answers import Answer
from fairway.client.shares import Shares
from fairway.client.transport import part


class Partners(Shares):
    """Other nodes: register, check, follow and block them."""

    def peers(self) -> Answer:
        """Return this node's own key as `own`, and the other nodes as `items`."""
        return self._answer("GET", "peers")

    def add_peer(
        self, peer: str, *, address: str, key: str, domains: Sequence[str], name: str = ""
    ) -> Answer:
        """Register another node by its public key, which two people have compared."""
        body = {"id": peer, "name": name, "address": address, "key": key, "domains": list(domains)}
        return self._answer("POST", "peers", body=body)

    def check_peer(self, peer: str) -> Answer:
        """Ask whether a node is there, and return how it goes with it."""
        return self._answer("POST", f"peers/{part(peer)}/check")

    def follow(self, peer: str) -> Answer:
        """Take over a node's catalogue: its products can be found and asked for here."""
        return self._answer("POST", f"peers/{part(peer)}/follow")

    def renew_key(self, *, announced: bool = True) -> Answer:
        """Take a new key for other nodes, and tell them, unless `announced` is False."""
        return self._answer("POST", "peers/renew-key", body={"announced": announced})

    def rekey_peer(self, peer: str, key: str) -> Answer:
        """Know a node by its new public key, whose fingerprint you have compared."""
        return self._answer("POST", f"peers/{part(peer)}/key", body={"key": key})

    def block_peer(self, peer: str) -> Answer:
        """Close the door to a node, both ways and at once."""
        return self._answer("POST", f"peers/{part(peer)}/block")

    def unblock_peer(self, peer: str) -> Answer:
        """Open the door to a node again."""
        return self._answer("POST", f"peers/{part(peer)}/unblock")
