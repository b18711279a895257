"""Who takes a demand on, by when; and what becomes of those that nobody takes."""
