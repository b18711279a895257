"""Setting a community up, once."""
