"""The tamper-evident record: an append-only chain of hashed entries behind `verbs.ports.Ledger`."""
