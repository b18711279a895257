"""Deliberation days and meetings: roll, attendance, floor."""
