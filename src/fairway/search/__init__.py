"""The index over products behind `verbs.ports.Index`: SQLite's FTS5, or PostgreSQL's own search."""
