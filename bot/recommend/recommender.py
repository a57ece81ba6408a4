"""The model at work: queue and votes in, ranked songs with reasons out.

Only this module knows onnxruntime.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot.party.errors import NoMap, StartError
from bot.party.results import Located, Place, Share, Why
from bot.party.rules.christmas import for_christmas
from bot.party.rules.songs import explicit, of_one_artist, twin_keys, varied
from bot.party.shares import Turns
from bot.party.songs import OWN
from bot.party.words import Mood, Signal, Stock, Strategy, Suggestion, Track
from bot.recommend import taste
from bot.recommend.among import Among, stand_ins, turned
from bot.recommend.bundle import MEND, Bundle
from bot.recommend.factors import Factors, NoFactors, has_odd_numbers
from bot.recommend.halves import Answer as Answer
from bot.recommend.halves import joined, lifted, mean, summed
from bot.recommend.kinds import Kinds
from bot.recommend.mix import mixed
from bot.recommend.scanner import Scanner
from bot.recommend.second_look import Known, second_look
from bot.recommend.spoken import Row, Spoken

log = logging.getLogger(__name__)

FOLDED = {"queue", "weight", "label", "blend"}
INPUTS = {*FOLDED, "banned", "limit", "scan"}
OUTPUTS = ["tracks", "match", "reasons"]

SPARE = 10
"""How many songs are ranked for each one asked for: versions and a third song of an artist fall out."""
AHEAD = 2
"""Of those, how many are looked up at a time, until there are enough."""
CANDIDATES = 3000
"""Of so many songs that fit the party as a whole, each member's own taste and chance choose."""
FEWER = 1000
"""Of so many where there is one taste alone: the graph takes half as long for them."""
WIDER = 1.17
"""So many times as far apart are all candidates, in standard deviations, as those fewer."""
AT_ONCE = 2
"""How many questions are worked on at a time: each of a long queue takes tens of megabytes meanwhile."""
KNOWN = 4096
"""Of so many songs it is remembered which they are: a party asks about the same ones again and again."""
KNOWN_IDS = 16_384
"""And of so many that were suggested, whose ids alone are kept."""
FAR = {Mood.SAFE: (1.0, 1.0, 1.0), Mood.BALANCED: (1.0, 1.0, 1.0), Mood.ADVENTUROUS: (1.0, 0.4, 0.2)}
"""What factors, neighbours and content weigh: without neighbours and artists songs lie further away."""
OF_ONE_ARTIST = 2
"""So many songs of one artist lie around a party on its map: the nearest would all be by the same few."""
LEAST_MIXED = 200
"""A mix is made of so many songs at least, where only few can sound."""
LEAST_COMPARED = 30
"""How far apart songs are is told by so many at least."""
FEW = 8
"""In a group of so many each member's own songs are looked for where all together leave none of them."""
SAY_EVERY_S = 60.0
"""How often the log says that the model's scores are no numbers."""
LEAST_SHARE = 0.25
"""A second title is named as a reason when it speaks for a song at least this much as the first does."""
LEAST_REASON = 0.3
"""A title is named only if alone in a queue it would add so much to a song's logit."""


Result = TypeVar("Result")


class Songs(Protocol):
    """The catalogue, as the model sees it: songs by their index."""

    def index_of(self, track: Track) -> int | None:
        """The model's index of a song, of its artist when only that is known, or None."""

    def index_of_id(self, track_id: str) -> int | None:
        """The index of the song that has this id, or None."""

    def indices(self, track_ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """The index of each of some ids, of those that are there."""

    def tracks(self, indices: Sequence[int]) -> list[Track]:
        """The songs of some indices, from the file: for worker threads."""

    def artists(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The number of the main artist of each of some songs."""

    def artist(self, track: Track) -> int:
        """The number of a song's main artist; -1 for one without any in the catalogue."""

    def years(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The year of each of some songs; 0 where it is unknown."""

    @property
    def kinds(self) -> Kinds:
        """What kinds of music the artists make, by their numbers."""

    def christmas(self) -> npt.NDArray[np.int32]:
        """Every song that is about Christmas."""

    def spoken(self, phrases: Sequence[str]) -> Spoken:
        """What the model is told for phrases of what is looked for: for worker threads."""

    def versions(self, track: Track) -> Sequence[int]:
        """Every index that is the same song to a person: remasters, live takes, singles."""

    def versions_of(self, index: int) -> Sequence[int]:
        """Every index that is the same song to a person as this one, itself among them."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the model, its songs and words as rows."""

    heard: Sequence[tuple[int, Signal]]
    banned: Sequence[Track]
    count: int
    mood: Mood
    strategy: Strategy
    served: Mapping[str, float]
    clean: bool
    longest_ms: int
    christmas: bool
    spoken: Spoken
    offered: Sequence[str] = ()
    among: Among | None = None
    limit: int = CANDIDATES
    few: bool = False  # whether one taste alone is looked at

    def allows(self, track: Track) -> bool:
        """Whether the room wants songs like this one."""
        too_long = bool(self.longest_ms) and (track.duration_ms or 0) > self.longest_ms
        return not too_long and not (self.clean and explicit(track))

    def looks_at(self, limit: int, least: int) -> Ask:
        """The same with so many candidates, or of few songs a like part of them, and at least some."""
        few = limit == FEWER
        if self.among is not None:
            part = round(limit * self.among.share)
            limit = min(limit, max(part, least, self.count * SPARE))
        return replace(self, limit=limit, few=few)


class Recommender:
    """A model bundle, loaded."""

    def __init__(self, bundle: Bundle, songs: Songs, seed: int | None = None, at_once: int = AT_ONCE) -> None:
        """Loads the graph.

        Args:
            bundle: where its files are.
            songs: the catalogue of the same bundle.
            seed: of what is left to chance, see `Mood`.
            at_once: how many questions are worked on at a time.

        Raises:
            StartError: the file is no graph of our contract.
        """
        self._fold, self._scan, self._rank = map(opened, (bundle.fold, bundle.scan, bundle.rank))
        folds = _inputs(self._fold) >= FOLDED and _outputs(self._fold) == ["playlist"]
        scans = _inputs(self._scan) == {"playlist"} and _outputs(self._scan) == ["scan"]
        ranks = _inputs(self._rank) >= INPUTS and _outputs(self._rank) == OUTPUTS
        if not (folds and scans and ranks):
            raise StartError(f"{bundle.model} has parts with inputs or outputs that I don't know; {MEND}")
        scan = self._scan
        self._scanner = Scanner(lambda playlists: scan.run(["scan"], {"playlist": playlists})[0])
        self._songs = songs
        self._index_of = lru_cache(KNOWN)(songs.index_of)
        self._index_of_id = lru_cache(KNOWN_IDS)(songs.index_of_id)
        self._artist = lru_cache(KNOWN)(songs.artist)
        self._versions = lru_cache(KNOWN)(songs.versions)
        self._versions_of = lru_cache(KNOWN)(songs.versions_of)
        self._mapped = _factors(bundle)
        self._tracks = bundle.tracks
        self._said_s = -SAY_EVERY_S
        self._graphs = bundle.scan, bundle.rank
        self._rng = np.random.default_rng(seed)
        self._among: WeakKeyDictionary[Stock, Among] = WeakKeyDictionary()
        self._turns = Turns("model", at_once)  # their own, so that searches need not wait
        last = bundle.tracks - 1  # all others are banned: the one left is the last one, and there is no next
        if not self._ends_with(last):
            raise StartError(f"{bundle.model} does not have as many songs as its manifest says; {MEND}")

    def _ends_with(self, last: int) -> bool:
        """Whether a song is the model's last, or its numbers are none, so that nobody can say."""
        try:
            return bool(self.answer([], range(last), 2).tracks.tolist() == [last])
        except Exception:  # onnxruntime's own classes have no common base
            return False

    @cached_property
    def _odd(self) -> bool:
        """Whether some of the model's numbers are none, for which nobody looks until something is wrong."""
        try:
            return any(map(has_odd_numbers, self._graphs))
        except (NoFactors, OSError):
            return False

    def close(self) -> None:
        """Waits for the questions that are worked on; it is asked no more."""
        self._turns.close()

    async def suggest(
        self,
        told: Sequence[Signal],
        banned: Sequence[Track],
        count: int,
        *,
        offered: Sequence[str] = (),
        words: Sequence[str] = (),
        mood: Mood = Mood.SAFE,
        strategy: Strategy = Strategy.WITHOUT_MISERY,
        served: Mapping[str, float] | None = None,
        clean: bool = False,
        longest_ms: int = 0,
        christmas: bool = False,
        among: Stock | None = None,
    ) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version.

        Of a room that has told nothing, or nothing that the model knows, a mix of decades and tastes.

        Args:
            told: songs, and what each member has said of them.
            banned: never to be suggested.
            count: how many.
            offered: the catalogue's ids of more songs that are not to be suggested: there may be thousands.
            words: of what is looked for; those the catalogue does not know say nothing.
            mood: how far from the queue the songs may lie.
            strategy: how several members' tastes become one order.
            served: how many songs each member has had, by user_id, for `Strategy.TURNS`.
            clean: none that are marked explicit.
            longest_ms: none that are longer; 0 for any.
            christmas: also songs about Christmas.
            among: only these songs, those among them that the model lacks by what it knows of their artists.
        """

        def work() -> list[Suggestion]:
            spoken = self._songs.spoken(words) if words else Spoken()
            heard = self._heard(self._standing(told), spoken.rows)
            had, wanted = served or {}, christmas or spoken.christmas
            ask = Ask(heard, banned, count, mood, strategy, had, clean, longest_ms, wanted, spoken, offered)
            return self._suggest(replace(ask, among=self._of_stock(among)))

        return await self._work(work)

    def _standing(self, told: Sequence[Signal]) -> Sequence[Signal]:
        """What a room has told; of a crowd only what the model knows, and only some stand for themselves."""
        if len(taste.members(told)) <= taste.CROWD:
            return told
        return taste.of_a_crowd([each for each in told if self._index_of(each.track) is not None])

    async def _work(self, call: Callable[..., Result], *arguments: object) -> Result:
        return await self._turns.run(call, *arguments)

    def _heard(self, told: Sequence[Signal], words: Sequence[Row]) -> list[tuple[int, Signal]]:
        """What the model knows of all that, by its index; what is told for words comes last."""
        rows = [(self._index_of(signal.track), signal) for signal in told]
        everybody = {user for signal in told for user in signal.stances}  # words are for the whole room
        rows += [
            (row.index, Signal(Track(row.said, ""), row.weight, 1.0, dict.fromkeys(everybody, row.weight)))
            for row in words
        ]
        return [(index, signal) for index, signal in rows if index is not None]

    def _suggest(self, ask: Ask) -> list[Suggestion]:
        out = {index for track in ask.banned for index in self._versions(track)}
        out.update(index for index in map(self._index_of_id, ask.offered) if index is not None)
        never = out if ask.christmas else out.union(self._songs.christmas().tolist())
        group = len({user for _, signal in ask.heard for user in signal.stances}) > 1
        limit = CANDIDATES if group or ask.spoken.rows or not self._wants(ask) else FEWER
        at_least = FEWER if self._wants(ask) else LEAST_MIXED
        ask, answer = self._answered(ask.looks_at(limit, at_least), never)
        if limit == FEWER and not self._knows(ask, answer):  # then there is a mix of all
            ask, answer = self._answered(ask.looks_at(CANDIDATES, LEAST_MIXED), never)
        told = [signal for _, signal in ask.heard]
        known = self._knows(ask, answer)
        if known and group and not ask.spoken.rows:
            answer = self.widened(ask, answer, taste.gains(answer.reasons, told), never)
        answer, lacked = self._expanded(ask, answer)
        gained = taste.gains(answer.reasons, told)
        order = self._order(ask, answer, gained, lacked, group=group) if known else self._mix(ask, answer)
        apart = islice(self._apart(order, answer, out, lacked), ask.count * SPARE)
        places: list[int] = []
        tracks: list[Track] = []
        best: list[int] = []
        while len(best) < ask.count and (more := list(islice(apart, ask.count * AHEAD))):
            found = self._songs.tracks(answer.tracks[more].tolist())
            for place, track in zip(more, found, strict=True):
                song = lacked.get(place, track)
                if ask.allows(song):
                    places.append(place)
                    tracks.append(song)
            best = varied(tracks, ask.count)
        titles, least = [signal.track.title for signal in told], taste.least(LEAST_REASON, told)
        fits = taste.fits(gained if len(gained) else answer.reasons.sum(axis=1)[np.newaxis])
        suggested = [
            Suggestion(
                tracks[each],
                float(str(answer.match[place])),  # its few digits, which any database keeps
                ask.spoken.named(
                    -1 if place in lacked else int(answer.tracks[place]),
                    strongest(titles, np.where(answer.reasons[place] < least, 0, answer.reasons[place])),
                ),
                round(float(fits[place]), 3),
            )
            for each, place in ((each, places[each]) for each in best)
        ]
        return self._filled(ask, suggested)

    def _filled(self, ask: Ask, suggested: list[Suggestion]) -> list[Suggestion]:
        """Suggestions, and where they are too few songs of which nothing is known but that they can sound."""
        if ask.among is None or len(suggested) >= ask.count:
            return suggested
        strangers = filter(self._allows_lacked(ask), turned(ask.among.strangers, self._chance(ask)))
        tracks = [*(each.track for each in suggested), *islice(strangers, SPARE * ask.count)]
        places = varied(tracks, ask.count)[len(suggested) :]
        return [*suggested, *(Suggestion(tracks[place], 0.0, ()) for place in places)]

    def _of_stock(self, stock: Stock | None) -> Among | None:
        """Which of the model's songs can sound; known until what can sound is another."""
        if stock is None:
            return None
        among = self._among.get(stock)
        if among is None:
            among = self._among[stock] = Among.of(stock, self._songs, self._tracks)
        return among

    def _expanded(self, ask: Ask, answer: Answer) -> tuple[Answer, dict[int, Track]]:
        """An answer with the songs that the model lacks, if these are asked for, and at which places."""
        if ask.among is None:
            return answer, {}
        allowed, most = self._allows_lacked(ask), of_one_artist(ask.count)
        return ask.among.expanded(answer, most, allowed, self._chance(ask))

    @staticmethod
    def _allows_lacked(ask: Ask) -> Callable[[Track], bool]:
        """Whether a song that the model lacks may be an answer."""
        out = frozenset[object]().union(*map(twin_keys, ask.banned), ask.offered)

        def allowed(track: Track) -> bool:
            told = ask.christmas or not for_christmas(track)
            return told and ask.allows(track) and out.isdisjoint(twin_keys(track))

        return allowed

    def _chance(self, ask: Ask) -> np.random.Generator | None:
        """Where chance comes from; nowhere in a mood that leaves nothing to it."""
        return self._rng if taste.SPREAD[ask.mood] else None

    def _banned(self, ask: Ask, out: Collection[int]) -> npt.NDArray[np.bool_]:
        """Which songs are no answer: (songs,)."""
        banned = np.zeros(self._tracks, bool) if ask.among is None else ~ask.among.looked
        banned[np.fromiter(out, np.int64, len(out))] = banned[ask.spoken.out] = True
        return banned

    def _answered(self, ask: Ask, out: Collection[int]) -> tuple[Ask, Answer]:
        """What the graph says, without the songs that words leave out; each phrase is an entry of the queue.

        Songs that stand for words are told in two halves: what is told is no answer, and they are the best.
        However many others fit better, those that were meant are among what is found.

        Least like songs that were skipped is what nobody knows: after skips alone the well-known are ranked.
        """
        rows, limit = ask.spoken.rows, ask.limit
        banned = self._banned(ask, out)
        asked = [(np.flatnonzero(banned), limit)]
        blend = FAR[ask.mood]
        if not rows:
            if ask.heard and not self._wants(ask):
                asked = [(self._all_but(self.answer([], asked[0][0], limit).tracks), limit)]
            return ask, self._answers(ask.heard, asked, blend)[0]
        if len(ask.spoken.meant):
            others = np.ones(self._tracks, bool)
            others[ask.spoken.meant] = False
            asked.append((np.flatnonzero(others | banned), len(ask.spoken.meant)))
        first = len(ask.heard) - len(rows)
        halves = [None] * first + [row.half for row in rows]
        found, told = [], []
        for which in (0, 1) if any(half is not None for half in halves) else (0,):
            told.append([at for at, half in enumerate(halves) if half in {None, which}])
            heard = [ask.heard[at] for at in told[-1]]
            found.append(reduce(joined, self._answers(heard, asked, blend)))
        answer = mean(found, told, len(ask.heard), self._tracks)
        entries = [*range(first), *ask.spoken.numbers(first)]
        everybody = {user for _, signal in ask.heard for user in signal.stances}
        phrases = [
            (self._tracks, Signal(Track(phrase, ""), weight, 1.0, dict.fromkeys(everybody, weight)))
            for phrase, weight in ask.spoken.phrases().items()
        ]
        return replace(ask, heard=[*ask.heard[:first], *phrases]), summed(answer, entries)

    def _wants(self, ask: Ask) -> bool:
        """Whether there is a song of which the room wants more."""
        return any(signal.label > 0 for _, signal in ask.heard)

    def _knows(self, ask: Ask, answer: Answer) -> bool:
        """Whether anything that the room wants speaks for what fits it best."""
        best = answer.reasons[: ask.count]
        return bool((best >= taste.least(LEAST_REASON, [signal for _, signal in ask.heard])).any())

    def _mix(self, ask: Ask, answer: Answer) -> Iterable[int]:
        """The places of the answer in an order that has a bit of everything."""
        if not len(answer.tracks):
            return ()
        try:
            tastes = self._factors.of(answer.tracks)
        except NoMap:
            tastes = None
        standing = taste.logit(answer.match)
        standing += self._surprise(ask, answer, standing)
        return mixed(standing, self._songs.years(answer.tracks), tastes)

    def _apart(
        self, order: Iterable[int], answer: Answer, out: set[int], lacked: Mapping[int, Track]
    ) -> Iterator[int]:
        """The places in this order without those of songs that are out, in any version; each goes out too."""
        twins: set[object] = set()
        for place in order:
            if place in lacked:
                if twins.isdisjoint(keys := twin_keys(lacked[place])):
                    twins.update(keys)
                    yield place
                continue
            index = int(answer.tracks[place])
            versions = self._versions_of(index)
            if out.isdisjoint(versions):
                out.update(versions)
                yield place

    def _order(
        self, ask: Ask, answer: Answer, gained: taste.Floats, lacked: Mapping[int, Track], *, group: bool
    ) -> Iterable[int]:
        """The places of the answer, best first for these people in this mood."""
        if not len(answer.tracks):
            return ()
        told = [signal for _, signal in ask.heard]
        queue = np.array([index for index, _ in ask.heard], np.int64)
        entries = self._known(queue, np.array([self._artist(signal.track) for signal in told], np.int64))
        songs = self._known(answer.tracks, self._songs.artists(answer.tracks))
        logits = taste.logit(answer.match)
        people = max(len(gained), 1)
        spread = _spread(ask, logits)
        alike, reasons = self._songs.kinds.alike, answer.reasons
        looked = second_look(logits, reasons, told, entries, songs, alike, self._tracks, people, spread)
        extra = self._surprise(ask, answer, logits)
        meant = np.isin(answer.tracks, ask.spoken.meant)
        meant[[*lacked]] = False  # that says nothing of another song by the artist
        extra += lifted(looked.logits + extra, meant)
        if group and ask.strategy is not Strategy.POOLED:
            own = logits - answer.reasons.sum(axis=1)  # what a song has without any entry
            scores = own + gained + looked.times(taste.alone(told)).T
            had = [ask.served.get(each, 0.0) for each in taste.members(told)]
            return taste.together(scores + extra, ask.strategy, had, taste.made_for(gained))
        order: list[int] = np.argsort(-(looked.logits + extra), kind="stable").tolist()
        return order

    def _known(self, indices: npt.NDArray[np.int64], artists: npt.NDArray[np.integer]) -> Known:
        """What is known of songs, which stand by popularity, and of their artists; of words nothing."""
        years = np.zeros(len(indices), np.int32)
        songs = indices < self._tracks
        years[songs] = self._songs.years(indices[songs])
        return Known(indices, years, self._songs.kinds.of(artists))

    def widened(self, ask: Ask, answer: Answer, gained: taste.Floats, never: set[int]) -> Answer:
        """An answer with more songs for members for whom it has hardly any: they are asked for alone."""
        told = [signal for _, signal in ask.heard]
        members = taste.members(told)
        has = np.bincount(taste.made_for(gained) + 1, minlength=len(members) + 1)
        banned = np.flatnonzero(self._banned(ask, never))
        more: set[int] = set()
        for member, count in zip(members, has[1:].tolist(), strict=True):
            theirs = [(index, signal) for index, signal in ask.heard if signal.stances.get(member, 0.0) > 0]
            if count < ask.count and theirs and len(members) <= FEW:
                own = self.answer(theirs, banned, ask.count * AHEAD, blend=FAR[ask.mood])
                more.update(own.tracks.tolist())
        more.difference_update(answer.tracks.tolist())
        if not more:
            return answer
        found = self.answer(ask.heard, self._all_but(sorted(more)), len(more), blend=FAR[ask.mood])
        return Answer(
            np.concatenate([answer.tracks, found.tracks]),
            np.concatenate([answer.match, found.match]),
            np.concatenate([answer.reasons, found.reasons]),
        )

    def _surprise(self, ask: Ask, answer: Answer, logits: taste.Floats) -> taste.Floats:
        """What the mood leaves to chance of each song of an answer, in logits."""
        said = [(self._artist(signal.track), signal) for _, signal in ask.heard]
        artists = self._songs.artists(answer.tracks)
        spread = taste.surprise(artists, said, taste.SPREAD[ask.mood], self._rng)
        return np.asarray(_spread(ask, logits) * spread)

    async def why(self, told: Sequence[Signal], track: Track, names: Mapping[str, str]) -> Why | None:
        """Why a song fits to what the room has told, or None for a song that the model does not know.

        Args:
            told: the songs, none of them the track itself.
            track: the song that is asked for.
            names: of the members that the signals name by user_id.
        """
        index = self._index_of(track)
        if index is None or (index >= self._tracks and not (track.track_id or "").startswith(OWN)):
            return None
        return await self._work(self._why, told, track, index, names)

    def _why(self, told: Sequence[Signal], track: Track, index: int, names: Mapping[str, str]) -> Why | None:
        heard = self._heard(told, ())
        asked = [index] if index < self._tracks else self._standing_in(track, heard)
        if not asked:
            return None
        answer = self.answer(heard, self._all_but(asked), 1)
        found = int(answer.tracks[0])
        alone = self.answer([], self._all_but([found]), 1)
        start, logit = (float(taste.logit(each.match)[0]) for each in (alone, answer))
        shares = answer.reasons[0].astype(float)
        people: dict[str, float] = {}
        for (_, signal), share in zip(heard, shares, strict=True):
            behind = [user for user, said in signal.stances.items() if (said > 0) == (signal.label > 0)]
            for user in behind or [""]:
                people[user] = people.get(user, 0.0) + float(share) / len(behind or [""])
        (song,) = self._songs.tracks([found])
        return Why(
            track=song if found == index else track,
            stand_in=None if found == index else song,
            match=float(answer.match[0]),
            start=start,
            room=logit - start - float(shares.sum()),
            songs=_by_size(
                (s.track.title, float(share)) for (_, s), share in zip(heard, shares, strict=True)
            ),
            members=_by_size((names.get(user, ""), share) for user, share in people.items()),
        )

    def _standing_in(self, track: Track, heard: Sequence[tuple[int, Signal]]) -> list[int]:
        """The songs that stand in for one that the model lacks, without what is in the queue itself."""
        queue = {index for index, _ in heard}
        found = stand_ins(self._songs, [self._artist(track)], self._tracks)
        return [index for index in found if index not in queue]

    async def likeness(self, tracks: Sequence[Track]) -> npt.NDArray[np.float32]:
        """How much each song (row) is spoken for by each other one: (songs, songs), in logits.

        0 for a song by itself; nan where the model does not know it, or has had it before in the list.
        """
        return await self._work(self._likeness, tracks)

    def _likeness(self, tracks: Sequence[Track]) -> npt.NDArray[np.float32]:
        place: dict[int, int] = {}
        for i, track in enumerate(tracks):
            index = self._index_of(track)
            if index is not None and index < self._tracks:
                place.setdefault(index, i)
        shares = np.full((len(tracks), len(tracks)), np.nan, np.float32)
        for index, i in place.items():  # what is in the queue is no answer, so each is asked for in turn
            heard = [(other, Signal(tracks[at], 1.0, 1.0)) for other, at in place.items() if other != index]
            answer = self.answer(heard, self._all_but([index]), 1)
            shares[i, [at for other, at in place.items() if other != index]] = answer.reasons[0]
            shares[i, i] = 0
        return shares

    async def locate(self, tracks: Sequence[Track], around: int) -> Located:
        """Where songs lie among all that the model knows, and so many others that are most alike to them.

        Raises:
            NoMap: the graph's file does not hold the factors as `model_export` writes them.
        """
        return await self._work(self._locate, tracks, around)

    @property
    def _factors(self) -> Factors:
        if self._mapped is None:
            raise NoMap
        return self._mapped

    def _locate(self, tracks: Sequence[Track], around: int) -> Located:
        indices = [self._index_of(track) for track in tracks]
        known = [index for index in dict.fromkeys(indices) if index is not None and index < self._tracks]
        near = self._around(known, around) if known and around else []
        shown = [*known, *near]
        rows = self._factors.places(shown).astype(float).round(4).tolist()
        places: dict[int, Place] = {index: (x, y, z) for index, (x, y, z) in zip(shown, rows, strict=True)}
        return Located(
            places=tuple(places.get(index) if index is not None else None for index in indices),
            around=tuple(zip(self._songs.tracks(near), map(places.__getitem__, near), strict=True)),
        )

    def _around(self, known: Sequence[int], count: int) -> list[int]:
        """The nearest songs of some in turn, in one version each and not too many of one artist."""
        near = self._factors.nearest(known, -(-SPARE * count // len(known)))
        out = {version for index in known for version in self._versions_of(index)}
        taken: Counter[int] = Counter()
        kept: list[int] = []
        for index, artist in zip(near, self._songs.artists(np.array(near, np.int64)).tolist(), strict=True):
            if len(kept) == count:
                break
            if index not in out and taken[artist] < OF_ONE_ARTIST:
                out.update(self._versions_of(index))
                taken[artist] += 1
                kept.append(index)
        return kept

    def _all_but(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.delete(np.arange(self._tracks), indices)

    def answer(
        self,
        heard: Sequence[tuple[int, Signal]],
        banned: Collection[int] | npt.NDArray[np.int64],
        limit: int,
        blend: Sequence[float] = (1, 1, 1),
    ) -> Answer:
        """Runs the graph once, in this thread."""
        return self._answers(heard, [(banned, limit)], blend)[0]

    def _answers(
        self,
        heard: Sequence[tuple[int, Signal]],
        asked: Sequence[tuple[Collection[int] | npt.NDArray[np.int64], int]],
        blend: Sequence[float],
    ) -> list[Answer]:
        """An answer for each ban and limit, all of one look through the table."""
        told: dict[str, npt.NDArray[Any]] = {
            "queue": np.array([index for index, _ in heard], np.int64),
            "weight": np.array([signal.weight for _, signal in heard], np.float32),
            "label": np.array([signal.label for _, signal in heard], np.float32),
            "blend": np.array(blend, np.float32),
        }
        (playlist,) = self._fold.run(["playlist"], told)
        told["scan"] = scan = self._scanner.scan(playlist)
        finite = bool(np.isfinite(scan).all())
        found = []
        for banned, limit in asked:
            if not isinstance(banned, np.ndarray):
                banned = np.fromiter(banned, np.int64, len(banned))
            barred = {"banned": banned, "limit": np.array(limit, np.int64)}
            answer = self._ranked({**told, **barred}) if finite else None
            found.append(answer or self._popular(banned, limit, len(heard)))
        return found

    def _ranked(self, told: Mapping[str, npt.NDArray[Any]]) -> Answer | None:
        """What the graph answers; None where that is no numbers."""
        try:
            answer = Answer(*self._rank.run(OUTPUTS, told))
        except Exception:  # onnxruntime's own classes have no common base
            if not self._odd:
                raise  # what is no number leads it to songs that there are not
            return None
        return answer if np.isfinite(answer.match).all() and np.isfinite(answer.reasons).all() else None

    def _popular(self, banned: npt.NDArray[np.int64], limit: int, entries: int) -> Answer:
        """The most popular songs, for which nothing speaks, where the model's scores are no numbers."""
        now_s = time.monotonic()
        if now_s - self._said_s >= SAY_EVERY_S:
            self._said_s = now_s
            log.warning("The model has scores that are no numbers; popular songs take their place. %s", MEND)
        tracks = self._all_but(banned)[:limit]  # the catalogue has the popular ones first
        match = np.linspace(0.5, 0.4, len(tracks), dtype=np.float32)
        return Answer(tracks, match, np.zeros((len(tracks), entries), np.float32))


def _factors(bundle: Bundle) -> Factors | None:
    """Where its songs lie; None where its file does not say so as `model_export` writes it."""
    try:
        return Factors(bundle.model, bundle.tracks)
    except (NoFactors, OSError) as error:
        log.warning("no map: %s", error)
        return None


def opened(path: Path) -> onnxruntime.InferenceSession:
    """A graph, loaded as the bot runs it: on the thread that asks.

    Raises:
        StartError: it cannot be.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # one request is a millisecond; more threads only compete
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # no two requests are of one size
    options.enable_cpu_mem_arena = False  # it gives little back of what a long queue has taken
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes have no common base
        raise StartError(f"{path} cannot be loaded as a model; {MEND}") from error


def _spread(ask: Ask, logits: taste.Floats) -> float:
    """How far apart candidates are: the unit of all that is added to what the model says of them.

    Where only few songs can sound some fit badly, and are far from the others; of these it is told as of all.
    """
    few = len(logits) == FEWER
    if ask.among is not None:
        few = ask.few
        most = (FEWER if few else CANDIDATES) * ask.among.share
        logits = -np.sort(-logits)[: max(round(most), LEAST_COMPARED)]
    return float(logits.std()) * (WIDER if few else 1)


def _inputs(session: onnxruntime.InferenceSession) -> set[str]:
    """All inputs, those that have a value if none is given, too."""
    return {each.name for each in (*session.get_inputs(), *session.get_overridable_initializers())}


def _outputs(session: onnxruntime.InferenceSession) -> list[str]:
    return [each.name for each in session.get_outputs()]


def strongest(titles: Sequence[str], shares: npt.NDArray[np.float32]) -> tuple[str, ...]:
    """The one or two titles that speak for a song most; none when nothing speaks for it."""
    order = [int(i) for i in np.argsort(-shares, kind="stable") if shares[i] > 0]
    if not order:
        return ()
    least = LEAST_SHARE * shares[order[0]]
    return tuple(dict.fromkeys(titles[i] for i in order[:2] if shares[i] >= least))


def _by_size(shares: Iterable[tuple[str, float]]) -> tuple[Share, ...]:
    """Shares, those that matter most first."""
    named = (Share(name, share) for name, share in shares)
    return tuple(sorted(named, key=lambda each: -abs(each.logit)))
