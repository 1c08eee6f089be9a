"""What the hub and data owners see to: tasks, reviews, stops, guardrails."""
