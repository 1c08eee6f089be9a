"""The pages of the other nodes that this one trusts."""
