"""`python -m bot check`: tries every token and setting, and says what works, what is missing, and the mend.

A module for each service. The same checks run while the bot starts, where its start does not try them anyway.
"""
