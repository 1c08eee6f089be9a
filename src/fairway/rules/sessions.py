"""How a session can be named without giving it away."""

import hashlib


def session_id(key: str) -> str:
    """Return the name by which a session can be shown; its key is a secret of 190 bits."""
    return f"S-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
