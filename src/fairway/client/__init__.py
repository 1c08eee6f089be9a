"""What `import fairway` gives a user: a node to find, ask, decide, query and account with."""
