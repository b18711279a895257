"""From what was suggested in talks to measures, and from measures to problems solved."""
