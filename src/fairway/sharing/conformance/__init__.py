"""A conformance suite for Delta Sharing servers: black box, against any of them.

It knows a server by its endpoint and a profile, as a partner does, and holds what it answers
against the protocol (https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md), section by
section. What a server may leave out is passed over where it does, and said so.
"""

from fairway.sharing.conformance.checks import CHECKS, Outcome, Result, examine

__all__ = ["CHECKS", "Outcome", "Result", "examine"]
