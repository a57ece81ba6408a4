"""Copies of parties, and the ways back."""
