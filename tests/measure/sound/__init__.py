"""Measures own music that sounds."""
