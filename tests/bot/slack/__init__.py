"""The Slack front door, with the real Bolt on a fake Slack."""
