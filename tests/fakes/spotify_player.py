"""The player's endpoints: what plays, on which device, and commands to it."""

from __future__ import annotations

from .spotify_call import DONE, Answer, Call, Route
from .spotify_errors import ApiError, player_error
from .spotify_model import FakeDevice, FakeSong
from .spotify_playback import Context, Playback
from .spotify_world import World

_READ, _MODIFY = "user-read-playback-state", "user-modify-playback-state"
_CURRENT = "user-read-currently-playing"


class Player:
    """Everything under /me/player."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    def routes(self) -> list[Route]:
        """What this answers."""
        commands = [
            Route("PUT", "/me/player", self._transfer),
            Route("PUT", "/me/player/play", self._play),
            Route("PUT", "/me/player/pause", self._pause),
            Route("PUT", "/me/player/seek", self._seek),
            Route("PUT", "/me/player/volume", self._volume),
            Route("PUT", "/me/player/repeat", self._repeat),
            Route("PUT", "/me/player/shuffle", self._shuffle),
            Route("POST", "/me/player/next", self._next),
            Route("POST", "/me/player/queue", self._enqueue),
        ]
        return [
            Route("GET", "/me/player", self._state, (_READ,)),
            Route("GET", "/me/player/devices", self._devices, (_READ,)),
            Route("GET", "/me/player/currently-playing", self._current, (_CURRENT,)),
            Route("GET", "/me/player/queue", self._queue, (_CURRENT, _READ)),
            *(Route(it.method, it.path, it.answer, (_MODIFY,)) for it in commands),
        ]

    # Reading

    def _state(self, call: Call) -> Answer:
        playback = self._world.playback(call.user)
        return DONE if playback.active is None else Answer(self._world.payloads.state(playback))

    def _devices(self, call: Call) -> Answer:
        playback = self._world.playback(call.user)
        return Answer({"devices": [self._world.payloads.device(it, playback) for it in playback.devices]})

    def _current(self, call: Call) -> Answer:
        playback = self._world.playback(call.user)
        if playback.active is None or playback.item is None:
            return DONE
        return Answer(self._world.payloads.playing(playback))

    def _queue(self, call: Call) -> Answer:
        playback = self._world.playback(call.user)
        if playback.active is None or playback.item is None:
            return Answer({"currently_playing": None, "queue": []})
        song = self._world.payloads.song
        coming = [song(it) for it in playback.coming]
        return Answer({"currently_playing": song(playback.item), "queue": coming})

    # Commands

    def _play(self, call: Call) -> Answer:
        told = call.fields
        playback = self._commanded(call)
        if "uris" not in told and "context_uri" not in told:
            if told.get("position_ms") is not None:
                playback.seek(int(told["position_ms"]))
            playback.resume()
            return DONE
        if "uris" in told and "context_uri" in told:
            raise ApiError(400, "Can't have both context_uri and uris")
        context = self._context(told["context_uri"]) if "context_uri" in told else None
        songs = context.songs if context is not None else self._songs(told["uris"])
        if not songs:
            raise player_error(403, "Restriction violated")
        index = _index(told.get("offset") or {}, songs)
        playback.start(songs, context, index=index, position_ms=int(told.get("position_ms") or 0))
        return DONE

    def _songs(self, uris: object) -> list[FakeSong]:
        if not isinstance(uris, list) or not uris:
            raise ApiError(400, "Error parsing JSON.")
        return self._world.songs_of(uris)

    def _context(self, uri: object) -> Context:
        things: list[Context] = [*self._world.albums.values(), *self._world.playlists.values()]
        found = next((it for it in things if it.uri == uri), None)
        if found is None:
            raise ApiError(400, "Invalid context uri")
        return found

    def _pause(self, call: Call) -> Answer:
        self._commanded(call).pause()
        return DONE

    def _seek(self, call: Call) -> Answer:
        position_ms = call.number("position_ms", -1, 0, 24 * 3_600_000)
        self._commanded(call).seek(position_ms)
        return DONE

    def _next(self, call: Call) -> Answer:
        self._commanded(call).skip()
        return DONE

    def _enqueue(self, call: Call) -> Answer:
        songs = self._world.songs_of([call.query.get("uri", "")])
        self._commanded(call).queue += songs
        return DONE

    def _volume(self, call: Call) -> Answer:
        percent = call.number("volume_percent", -1, 0, 100)
        device = self._target(call, call.query.get("device_id"))
        if not device.supports_volume:
            raise player_error(403, "Cannot control device volume", "VOLUME_CONTROL_DISALLOW")
        device.volume = percent
        return DONE

    def _repeat(self, call: Call) -> Answer:
        match call.query.get("state"):
            case "off" | "context" | "track" as state:
                self._commanded(call).repeat = state
            case _:
                raise ApiError(400, "Invalid state")
        return DONE

    def _shuffle(self, call: Call) -> Answer:
        if call.query.get("state") not in ("true", "false"):
            raise ApiError(400, "Invalid state")
        self._commanded(call).shuffle = call.query["state"] == "true"
        return DONE

    def _transfer(self, call: Call) -> Answer:
        ids = call.fields.get("device_ids")
        if not isinstance(ids, list) or len(ids) != 1:
            raise ApiError(400, "Exactly one device_id has to be given")
        device = self._target(call, str(ids[0]))
        self._world.playback(call.user).move_to(device, play=bool(call.fields.get("play")))
        return DONE

    def _commanded(self, call: Call) -> Playback:
        """The account's playback, on the device that the command is for."""
        device = self._target(call, call.query.get("device_id"))
        playback = self._world.playback(call.user)
        if playback.active is not device:
            playback.move_to(device, play=False)
        return playback

    def _target(self, call: Call, device_id: str | None) -> FakeDevice:
        """The device of this id, or the active one; refused where it takes no commands."""
        if call.user.product != "premium":
            raise player_error(403, "Premium required", "PREMIUM_REQUIRED")
        playback = self._world.playback(call.user)
        device = playback.device(device_id) if device_id else playback.active
        if device is None:
            if device_id:
                raise ApiError(404, "Device not found")
            raise player_error(404, "No active device found", "NO_ACTIVE_DEVICE")
        if device.restricted:
            raise player_error(403, "Restriction violated")
        return device


def _index(offset: object, songs: list[FakeSong]) -> int:
    """Where in the songs to begin, by `position` or `uri`; 400 if that is nowhere."""
    told = offset if isinstance(offset, dict) else {}
    uris = [it.uri for it in songs]
    index = uris.index(told["uri"]) if told.get("uri") in uris else told.get("position", 0)
    unknown = "uri" in told and told["uri"] not in uris
    if unknown or not isinstance(index, int) or not 0 <= index < len(songs):
        raise ApiError(400, "Invalid offset")
    return index
