"""Computation in place. Each engine implements `verbs.ports.Engine`; `gate` implements `Gate`."""
