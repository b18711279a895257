"""Places, households, persons, cards, organisations, roles."""
