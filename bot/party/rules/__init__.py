"""The pure rules of a party: no database, no model, no clock of their own."""
