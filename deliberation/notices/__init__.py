"""What was publicly announced, frozen as it was."""
