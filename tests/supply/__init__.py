"""What the bot is made of: its parts, their licences and known faults, and what was ever committed."""
