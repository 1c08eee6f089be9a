"""The hub's other names of the same things: seen by everybody, changed at the hub."""
