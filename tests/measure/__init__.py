"""What only the bot and a model together can show, measured on playlists that the model has not seen.

`python -m tests.measure DATA --model FOLDER`: how much votes steer, and how fair the group's order is.
"""
