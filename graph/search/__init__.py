"""The search index of a snapshot: what things are called, written and spoken, and how those names are kept for fast answers."""
