"""Where products lie. Each module implements `verbs.ports.Sources` for one kind of place."""
