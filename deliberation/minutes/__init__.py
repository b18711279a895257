"""Minutes composed from the journal."""
