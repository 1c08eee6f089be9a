"""What one can do: one function per use case, over the ports of `verbs.ports`."""
