"""Slack's front door, below the app: who has installed it, and with which token it speaks there."""
