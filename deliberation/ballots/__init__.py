"""Ballots: electorate, casting, counting."""
