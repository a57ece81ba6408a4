"""The rules of a party, each tested alone: no database, no model, no fixtures."""
