"""People's own lists, from the files that services and players export, as a folder to train on.

Nothing is asked of any service: what the files say is all that is known. Importing this brings in what the
bot knows of songs and lists (`model_export/exports/understanding.py`), so commands do it when they need it.
"""

from model_export.exports.reading import Counts as Counts
from model_export.exports.reading import is_export as is_export
from model_export.exports.reading import lists_from as lists_from
from model_export.exports.reading import read as read
