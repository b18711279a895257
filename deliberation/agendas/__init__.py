"""Agendas drawn from the demand list by a published rule."""
