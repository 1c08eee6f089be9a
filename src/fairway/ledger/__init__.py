"""The tamper-evident record: a transparency log behind `verbs.ports.Ledger`."""
