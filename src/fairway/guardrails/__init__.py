"""The hub's policies, which no spoke's grant can override."""
