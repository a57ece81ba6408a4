"""What one would take off the shelf to search songs by name, each set up as well as it allows."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from typing import Protocol

import tantivy
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from tests.measure.search.catalogues import Named

LISTED = 5
"""How many songs a list shows."""
_SHARING = "SELECT rowid FROM songs WHERE songs MATCH ? ORDER BY rank, rowid LIMIT ?"
_BEGINNING = "SELECT rowid FROM names WHERE song LIKE ? ORDER BY rowid LIMIT ?"


class Engine(Protocol):
    """What finds songs by name."""

    async def search(self, text: str) -> list[Named]:
        """The likeliest songs, best first."""

    def close(self) -> None:
        """Ends it."""


class Trigram:
    """SQLite's FTS5 with its trigram tokenizer: any three letters in a row count, by BM25.

    All trigrams of a text are looked for at once, over spaces too: that forgives typos, and found more than
    the trigrams of each word, and than title and artist in two columns. Accents are left out beforehand,
    which older versions of the tokenizer cannot.
    """

    def __init__(self, songs: Sequence[Named]) -> None:
        self._songs = songs
        self._connection = sqlite3.connect(":memory:")
        self._connection.executescript("""
            CREATE TABLE names(song TEXT);
            CREATE VIRTUAL TABLE songs USING fts5(song, content='', tokenize='trigram');""")
        texts = [(place, _plain(f"{title} {artist}")) for place, (title, artist) in enumerate(songs)]
        self._connection.executemany("INSERT INTO names(rowid, song) VALUES (?, ?)", texts)
        self._connection.executemany("INSERT INTO songs(rowid, song) VALUES (?, ?)", texts)
        self._connection.execute("INSERT INTO songs(songs) VALUES ('optimize')")

    async def search(self, text: str) -> list[Named]:
        """The songs that share the most and rarest trigrams; of equals the more popular."""
        text = _plain(text)
        trigrams = dict.fromkeys(text[place : place + 3] for place in range(len(text) - 2))
        if trigrams:
            rows = self._connection.execute(_SHARING, (" OR ".join(f'"{each}"' for each in trigrams), LISTED))
        else:
            rows = self._connection.execute(_BEGINNING, (f"{text}%", LISTED))
        return [self._songs[place] for (place,) in rows]

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()


def _plain(text: str) -> str:
    """The words of a text, without case and accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in split if not unicodedata.combining(c))))


class Likeness:
    """rapidfuzz: the songs whose names are the most alike by WRatio, of all that there are."""

    def __init__(self, songs: Sequence[Named]) -> None:
        self._songs = songs
        self._names = [default_process(f"{title} {artist}") for title, artist in songs]

    async def search(self, text: str) -> list[Named]:
        """The most alike; of equals the more popular."""
        asked = default_process(text)
        found = process.extract(asked, self._names, scorer=fuzz.WRatio, processor=None, limit=LISTED)
        return [self._songs[place] for _, _, place in found]

    def close(self) -> None:
        """Has nothing to close."""


class Tantivy:
    """tantivy, a search engine like Lucene: words by BM25, each with a letter wrong or not finished.

    Its query syntax takes signs in what is typed for orders, so the query is put together word by word: the
    better of title and artist counts, and a word that is nearly right counts like any other; words of up to
    two letters must be right as far as they go. Of the weights that were tried these found the most.
    """

    NEARLY, TIE, LOOKED_AT, SHORT = 3.0, 0.1, 30, 2

    def __init__(self, songs: Sequence[Named]) -> None:
        self._songs = songs
        filters = (tantivy.Filter.remove_long(40), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold())
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for each in filters:
            builder = builder.filter(each)
        self._words = builder.build()
        fields = tantivy.SchemaBuilder().add_integer_field("place", fast=True)
        for name in ("title", "artist"):
            fields = fields.add_text_field(name, tokenizer_name="words")
        self._schema = fields.build()
        self._searcher = self._index()

    def _index(self) -> tantivy.Searcher:
        index = tantivy.Index(self._schema)
        index.register_tokenizer("words", self._words)
        writer = index.writer(num_threads=1)
        for place, (title, artist) in enumerate(self._songs):
            writer.add_document(tantivy.Document(place=place, title=title, artist=artist))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return index.searcher()

    async def search(self, text: str) -> list[Named]:
        """The best by the words they share; of equals the more popular."""
        words = [(tantivy.Occur.Should, self._word(word)) for word in self._words.analyze(text)]
        hits = self._searcher.search(tantivy.Query.boolean_query(words), self.LOOKED_AT, count=False).hits
        places = self._searcher.fast_field_values("place", [address for _, address in hits])
        best = sorted(
            (-round(score, 3), int(place or 0)) for (score, _), place in zip(hits, places, strict=True)
        )
        return [self._songs[place] for _, place in best[:LISTED]]

    def _word(self, word: str) -> tantivy.Query:
        query, distance = tantivy.Query, 1 if len(word) > self.SHORT else 0
        ways = []
        for field in ("title", "artist"):
            nearly = query.fuzzy_term_query(self._schema, field, word, distance=distance, prefix=True)
            ways += [query.term_query(self._schema, field, word), query.boost_query(nearly, self.NEARLY)]
        return query.disjunction_max_query(ways, self.TIE)

    def close(self) -> None:
        """Has nothing to close: the index is in memory."""


PEERS: dict[str, type[Trigram | Likeness | Tantivy]] = {
    "SQLite trigram": Trigram,
    "rapidfuzz": Likeness,
    "tantivy": Tantivy,
}
"""By the names that the table gives them."""
