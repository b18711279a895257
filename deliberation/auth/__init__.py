"""Cookie, card or password to a person."""
