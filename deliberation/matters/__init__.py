"""Matters on their five steps, resolutions, delivery, ratings."""
