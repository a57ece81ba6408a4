"""What can be asked over `/live` besides the table of commands: to come in, a name, songs as one types."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from bot.party.links import LONGEST_LINK as LONGEST_SOUGHT
from bot.room.rendering import Fields
from bot.room.requests import CONTROLS, Request
from bot.room.state import track
from bot.room.visit import Visit

LONGEST_LINK = 200
"""The longest secret of a link, in characters."""
LONGEST_CODE = 35
"""The longest name of a language (RFC 5646, 4.4.1)."""
LONGEST_RUN = 64
"""The longest name of a run."""


class Own(Request):
    """A request of the room's own. What belongs to it stands in the module of its subject."""

    slow: ClassVar[bool] = False
    """Whether it may take longer than a blink, so that it is answered later."""
    looks: ClassVar[bool] = False
    """Whether it changes nothing, so that nobody needs it who has left."""

    @abstractmethod
    async def run(self, visit: Visit) -> Fields:
        """Meets it; returns what the answer has.

        Raises:
            PartyError: it cannot be met.
        """


class Since(BaseModel):
    """The last change that a page has seen."""

    model_config = ConfigDict(strict=True, frozen=True)

    run: Annotated[str, Field(max_length=LONGEST_RUN)]
    seq: Annotated[StrictInt, Field(ge=0)]


class Enter(Own):
    """Comes in: into the party that a link leads to, or into the lobby."""

    do: Literal["enter"]
    link: Annotated[
        str, Field(max_length=LONGEST_LINK, description="The link's secret; empty for the lobby")
    ] = ""
    language: Annotated[str, Field(max_length=LONGEST_CODE, description="Like de or pt-BR")] = "en"
    look: Annotated[bool, Field(description="Whether nobody sits there: a screen on the wall")] = False
    name: Annotated[str | None, Field(description="Takes a name as `hello` does, with `secret`")] = None
    secret: str | None = None
    since: Annotated[Since | None, Field(description="For only what was missed, if that is still known")] = (
        None
    )

    async def run(self, visit: Visit) -> Fields:
        """Who has come in; the hub lets them in before they can ask for anything."""
        return {"as": visit.way.value, "name": visit.member.name if visit.member else None}


class Hello(Own):
    """Takes a name, which every other request but `search` needs, or changes it."""

    do: Literal["hello"]
    name: Annotated[str, Field(description="1 to 32 letters or digits")]
    secret: Annotated[str, Field(description="16 to 128 random characters that the browser keeps")]

    async def run(self, visit: Visit) -> Fields:
        """Gives the name to all pages of the browser's."""
        return {"name": (await visit.hub.name(visit.guest, self.name, self.secret)).name}


class Search(Own):
    """Finds songs as one types."""

    looks: ClassVar[bool] = True
    do: Literal["search"]
    text: Annotated[str, AfterValidator(lambda text: CONTROLS.sub(" ", text[:LONGEST_SOUGHT]))]

    async def run(self, visit: Visit) -> Fields:
        """The songs, best first."""
        found = await visit.party.insight.search(self.text, room=visit.room)
        return {"tracks": [*map(track, found)]}


class Ping(Own):
    """Asks whether the line is there."""

    do: Literal["ping"]

    async def run(self, visit: Visit) -> Fields:
        """It is."""
        return {}
