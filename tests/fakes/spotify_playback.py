"""What one account plays: a small simulation that the clock drives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .spotify_errors import player_error
from .spotify_model import FakeAlbum, FakeDevice, FakePlaylist, FakeSong, FakeUser

Context = FakeAlbum | FakePlaylist


@dataclass(eq=False)
class Playback:
    """One account's devices, what plays on the active one, and what comes next.

    A song plays for its duration; then comes the next of the person's queue, then of what was started
    (an album, a playlist or a list of songs), then of the account's autoplay. Without any of these
    playback stops at the start of what was started. `shuffle` is only told: the order stays.
    """

    user: FakeUser
    now: Callable[[], float]
    devices: list[FakeDevice] = field(default_factory=list)
    active: FakeDevice | None = None
    context: Context | None = None
    item: FakeSong | None = None
    playing: bool = False
    changed_at: float = 0.0
    queue: list[FakeSong] = field(default_factory=list)
    repeat: Literal["off", "context", "track"] = "off"
    shuffle: bool = False
    _songs: list[FakeSong] = field(default_factory=list)
    _index: int = 0
    _position_ms: float = 0.0
    _since: float = 0.0

    def settle(self) -> None:
        """Let everything happen that has happened by now."""
        while self.playing and self.item is not None:
            ends_at = self._since + (self.item.duration_ms - self._position_ms) / 1000
            if ends_at > self.now():
                return
            if self.repeat == "track":
                self._take(self.item, ends_at)
            else:
                self._advance(ends_at)

    @property
    def progress_ms(self) -> int:
        """How far the song has got."""
        passed_ms = 1000 * (self.now() - self._since) if self.playing else 0.0
        return int(self._position_ms + passed_ms)

    @property
    def coming(self) -> list[FakeSong]:
        """What will play next, as far as Spotify tells: twenty songs."""
        rest = self._songs[self._index + 1 :] if self.item is not None else []
        return [it for it in [*self.queue, *rest, *self.user.autoplay] if it.playable][:20]

    def device(self, device_id: str) -> FakeDevice | None:
        """A device by its id."""
        return next((it for it in self.devices if it.id == device_id), None)

    def start(
        self,
        songs: Sequence[FakeSong],
        context: Context | None = None,
        *,
        index: int = 0,
        position_ms: int = 0,
    ) -> None:
        """Play these songs from one of them on; what the person has queued stays queued."""
        self._songs, self.context, self._index = list(songs), context, index
        self.playing = True
        self._take(self._songs[index], self.now())
        if not self._songs[index].playable or position_ms >= self._songs[index].duration_ms:
            self._advance(self.now())
        else:
            self._position_ms = float(position_ms)

    def resume(self) -> None:
        """Go on; refused while something plays, or when nothing was ever started."""
        self.settle()
        if self.item is None or self.playing:
            raise player_error(403, "Restriction violated")
        self._mark(playing=True)

    def pause(self) -> None:
        """Hold; refused while nothing plays."""
        self.settle()
        if not self.playing:
            raise player_error(403, "Restriction violated")
        self._mark(playing=False)

    def seek(self, position_ms: int) -> None:
        """Go to a place in the song; beyond its end the next one begins."""
        self.settle()
        if self.item is None:
            raise player_error(403, "Restriction violated")
        if position_ms >= self.item.duration_ms:
            self.skip()
        else:
            self._position_ms, self._since = float(position_ms), self.now()

    def skip(self) -> None:
        """Go on to the next song, which then plays."""
        self.settle()
        if self.item is None:
            raise player_error(403, "Restriction violated")
        self.playing = True
        self._advance(self.now())

    def move_to(self, device: FakeDevice, *, play: bool) -> None:
        """Make a device the active one; what plays goes on there."""
        self.settle()
        self.active = device
        if play and self.item is not None and not self.playing:
            self._mark(playing=True)

    def leave(self) -> None:
        """Have no active device any more; what played holds."""
        self.settle()
        if self.playing:
            self._mark(playing=False)
        self.active = None

    def _mark(self, *, playing: bool) -> None:
        self._position_ms = float(self.progress_ms)
        self._since = self.changed_at = self.now()
        self.playing = playing

    def _advance(self, at: float) -> None:
        if self.queue:
            self._take(self.queue.pop(0), at)
        elif self._index + 1 < len(self._songs):
            self._index += 1
            self._take(self._songs[self._index], at)
        elif self.repeat != "off" and any(it.playable for it in self._songs):
            self._index = 0
            self._take(self._songs[0], at)
        elif any(it.playable for it in self.user.autoplay):
            self._songs, self._index, self.context = list(self.user.autoplay), 0, None
            self._take(self._songs[0], at)
        else:
            self._stop(at)
        if self.playing and self.item is not None and not self.item.playable:
            self._advance(at)

    def _take(self, song: FakeSong, at: float) -> None:
        self.item = song
        self._position_ms, self._since, self.changed_at = 0.0, at, at

    def _stop(self, at: float) -> None:
        self._index = 0
        if self._songs:
            self.item = self._songs[0]
        self.playing, self._position_ms, self._since, self.changed_at = False, 0.0, at, at
