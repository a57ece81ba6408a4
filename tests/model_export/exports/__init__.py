"""Exports of services and players, written by hand in the form that these have."""
