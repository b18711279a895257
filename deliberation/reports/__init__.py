"""Figures of what became of what people brought, and the year-end feedback by organisation."""
