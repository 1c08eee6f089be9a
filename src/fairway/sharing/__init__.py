"""Wire protocols for partners: what their tools read of a node from outside."""
