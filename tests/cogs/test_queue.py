"""`/add`, `/queue`, `/now`, `/skip`, `/remove`, `/undo`, `/clear` and `/move` on Discord."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.errors import EmptyText, ModeratorsOnly, NoSongInMessage, TooFast, TooManyLines
from bot.party.shares import MOST_S
from bot.party.words import Member
from bot.recommend.catalogue import Catalogue
from bot.service import PartyService
from tests.cogs.stage import private, public, read, room
from tests.conftest import Clock
from tests.fakes.discord_model import EVERYONE, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.held import held

MANAGE_SERVER, MANAGE_MESSAGES = 1 << 5, 1 << 13
BRIGHTSIDE = "Mr. Brightside – The Killers"
FAR_OVER_S = 1_000.0
SPOTIFY = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B?si=abc"


def shown(message: FakeMessage) -> str:
    """What a message says."""
    return read(message.text)


async def titles(fake: FakeDiscord, party: PartyService) -> list[str]:
    """What plays, then what waits."""
    now = await party.insight.now(room(fake))
    return [entry.track.title for entry in ((now.playing,) if now.playing else ()) + now.queue]


async def fill(fake: FakeDiscord, *songs: str, by: str = "Anna") -> None:
    """Adds songs with the slash command."""
    for song in songs:
        await fake.slash(fake.member(by), "add", song=song)


async def test_the_first_song_plays_and_the_second_is_next(fake: FakeDiscord) -> None:
    """Everybody sees what became of a song that was added."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    first = await fake.slash(anna, "add", song="mr brightside")
    second = await fake.slash(ben, "add", song="take on me")
    third = await fake.slash(ben, "add", song="wonderwall")
    assert shown(public(first)) == f"Now playing: {BRIGHTSIDE}"
    assert shown(public(second)) == "Added Take on Me – a-ha: next up."
    assert shown(public(third)).endswith(": number 2 in the queue.")


async def test_the_same_song_again_is_told_and_counts_as_a_vote(
    fake: FakeDiscord, party: PartyService
) -> None:
    """A song that waits already is not queued twice, and its second adder is told so."""
    await fill(fake, "mr brightside", "take on me")
    again = await fake.slash(fake.member("Ben"), "add", song="take on me")
    assert "already in the queue" in shown(public(again))
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me"]
    assert (await party.insight.now(room(fake))).queue[0].ups == 1


@pytest.mark.parametrize(
    "song",
    [
        "mr brightside",
        "MR. BRIGHTSIDE",
        "brightside killers",
        "mr brigthside",
        SPOTIFY,
        f"<{SPOTIFY}>",
    ],
)
async def test_a_song_can_be_named_in_many_ways(fake: FakeDiscord, song: str) -> None:
    """Words in any order, typos and a Spotify link all find the song that is meant."""
    reply = await fake.slash(fake.member("Anna"), "add", song=song)
    assert shown(public(reply)) == f"Now playing: {BRIGHTSIDE}"


async def test_a_choice_from_the_list_is_the_song_that_plays(fake: FakeDiscord, party: PartyService) -> None:
    """The value of an offered choice names exactly the song that its text shows."""
    anna = fake.member("Anna")
    for name, value in (await fake.autocomplete(anna, "add", song="killers"))[:3]:
        assert name in shown(public(await fake.slash(anna, "add", song=str(value))))
    assert len(await titles(fake, party)) == 3


async def test_an_unknown_song_is_queued_as_typed(fake: FakeDiscord) -> None:
    """A title and an artist that no catalogue knows are a song all the same."""
    reply = await fake.slash(fake.member("Anna"), "add", song="Our Own Kvvzx - The Garage Wvvkj")
    assert shown(public(reply)).startswith("Now playing: Our Own Kvvzx – The Garage Wvvkj")


@pytest.mark.parametrize("typed", ["m", "mr", "the", "love", "feat", "a" * 6000])
async def test_choices_keep_to_discords_limits(fake: FakeDiscord, typed: str) -> None:
    """At most 25 different choices are offered, none with a name or value over 100 characters."""
    offered = await fake.autocomplete(fake.member("Anna"), "add", song=typed)
    assert len(offered) <= 25
    assert len({value for _, value in offered}) == len(offered)
    assert all(1 <= len(name) <= 100 and 1 <= len(str(value)) <= 100 for name, value in offered)


async def test_one_letter_is_enough_for_a_full_list(fake: FakeDiscord) -> None:
    """The first letter offers songs that have a word with it; of a few an artist's other name has."""
    offered = await fake.autocomplete(fake.member("Anna"), "add", song="m")
    assert len(offered) == 25
    begin = [any(word.startswith("m") for word in name.casefold().split()) for name, _ in offered]
    assert sum(begin) >= 20


@pytest.mark.parametrize("typed", ["", " ", "🎉", "?!", "\u200b"])
async def test_nothing_to_look_for_offers_nothing(fake: FakeDiscord, typed: str) -> None:
    """A text without letters or digits gets an empty list, not an error."""
    assert await fake.autocomplete(fake.member("Anna"), "add", song=typed) == []


async def test_who_types_on_is_offered_what_fits_the_last_letters(
    fake: FakeDiscord, catalogue: Catalogue
) -> None:
    """Of what somebody types only the last is looked for; others and other commands are not in the way."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    async with asyncio.TaskGroup() as typing, held(catalogue):
        early = [typing.create_task(fake.autocomplete(anna, "add", song=typed)) for typed in ("t", "tak")]
        last = typing.create_task(fake.autocomplete(anna, "add", song="take on me"))
        bens = typing.create_task(fake.autocomplete(ben, "add", song="wonderwall"))
        elsewhere = typing.create_task(
            fake.autocomplete(anna, "add", channel=fake.add_channel("other"), song="hey jude")
        )
        why = typing.create_task(fake.autocomplete(anna, "why", song="mr brightside"))
        assert [await each for each in early] == [[], []]
    offered = [task.result()[0][0] for task in (last, bens, elsewhere, why)]
    assert offered == ["Take on Me – a-ha", "Wonderwall – Oasis", "Hey Jude – The Beatles", BRIGHTSIDE]


async def test_who_has_used_up_their_share_is_told_so(fake: FakeDiscord, party: PartyService) -> None:
    """They are offered nothing and told to slow down; nobody else notices."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    party.shares.person("discord", str(anna.id)).spend(MOST_S + FAR_OVER_S)
    assert await fake.autocomplete(anna, "add", song="take on me") == []
    told = private(await fake.slash(anna, "add", song="take on me"))
    assert told == str(TooFast())
    assert await fake.autocomplete(ben, "add", song="take on me")
    assert shown(public(await fake.slash(ben, "add", song="take on me"))).startswith("Now playing")


async def test_an_empty_queue_says_how_to_begin(fake: FakeDiscord) -> None:
    """Where nothing plays and nothing waits, the card names the commands that change that."""
    message = public(await fake.slash(fake.member("Anna"), "queue"))
    assert "/add" in message.text
    assert "/next" in message.text
    assert [button.label for button in message.buttons] == ["What next?"]


async def test_the_card_shows_what_plays_and_what_waits(fake: FakeDiscord) -> None:
    """Songs stand in the order in which they will play, with who added them and a button each."""
    await fill(fake, "mr brightside", "take on me")
    await fill(fake, "wonderwall", by="Ben")
    message = public(await fake.slash(fake.member("Cleo"), "queue"))
    lines = [line for line in shown(message).splitlines() if line]
    assert [line for line in lines if not line.startswith("-# ends")] == [
        f"▶ **Now playing:** {BRIGHTSIDE} · added by Anna",
        "**1.** Take on Me – a-ha · added by Anna",
        "**2.** Wonderwall – Oasis · added by Ben",
    ]
    assert [(it.emoji, it.label) for it in message.buttons] == [
        ("⏭️", "Skip 0/2"),
        ("👍", "1. Take on Me"),
        ("👍", "2. Wonderwall"),
        ("⏸️", "Pause"),
        ("✨", "What next?"),
    ]


async def test_a_vote_on_the_card_counts_and_pressed_again_is_taken_back(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """The buttons are for, and the menu against; each again takes that back."""
    await fill(fake, "mr brightside", "take on me", "wonderwall")
    ben = fake.member("Ben")
    message = public(await fake.slash(fake.member("Anna"), "queue"))
    up = next(it for it in message.buttons if it.label == "2. Wonderwall")
    entry = str((await party.insight.now(room(fake))).queue[1].id)
    for standing in (["Wonderwall", "Take on Me"], ["Take on Me", "Wonderwall"]):
        for _ in range(2):  # a double click is one
            reply = await fake.click(ben, message, up)
            assert reply.deferred
            assert reply.messages == []
            assert await titles(fake, party) == ["Mr. Brightside", *standing]
        clock.pass_by(minutes=0.1)
    for downs in (1, 0):
        await fake.click(ben, message, "encore:down", values=[entry])
        clock.pass_by(minutes=0.1)
        assert {e.track.title: e.downs for e in (await party.insight.now(room(fake))).queue}[
            "Wonderwall"
        ] == downs


async def test_a_long_queue_has_pages_and_says_so(fake: FakeDiscord, party: PartyService) -> None:
    """Ten waiting songs are shown, all with buttons; how many more there are is told."""
    anna = Member("discord", "11", "Anna")
    for number in range(13):
        await party.queue.add(room(fake), anna, f"Qwxzv {number} - The Wvvkjs")
    message = public(await fake.slash(fake.member("Anna"), "queue"))
    assert "**10.** Qwxzv 10" in message.text
    assert "Qwxzv 11" not in message.text
    assert "and 2 more" in message.text
    assert [button.label for button in message.buttons][-3:] == ["Page 2 of 2", "Pause", "What next?"]


async def test_a_queue_of_the_longest_names_fits_into_one_message(
    fake: FakeDiscord, party: PartyService
) -> None:
    """However long and full of signs titles, artists and names are, Discord takes the card."""
    eve = Member("discord", "66", "*" * 32)
    for number in range(13):
        await party.queue.add(room(fake), eve, f"Qwxzv{number}{'*' * 130} - Wvvkj{'_' * 130}")
    message = public(await fake.slash(fake.member("Anna"), "queue"))
    assert "**10.**" in message.text


async def test_several_songs_are_added_by_a_form(fake: FakeDiscord, party: PartyService) -> None:
    """Without a song `/add` opens a form; each line is a song, and what is none is told with its reason."""
    anna = fake.member("Anna")
    opened = await fake.slash(anna, "add")
    reply = await fake.submit(anna, opened, {"songs": "mr brightside\n\n take on me \n🎉"})
    told = shown(public(reply)).splitlines()
    assert told[0] == f"Now playing: {BRIGHTSIDE}"
    assert told[1].startswith("Added Take on Me")
    assert told[2] == f"✖ 🎉: {EmptyText()}"
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me"]


async def test_a_form_with_too_many_lines_adds_nothing(fake: FakeDiscord, party: PartyService) -> None:
    """The sentence says how many may be."""
    anna = fake.member("Anna")
    opened = await fake.slash(anna, "add")
    reply = await fake.submit(anna, opened, {"songs": "\n".join(["zzqxv"] * 501)})
    assert private(reply) == str(TooManyLines(500))
    assert await titles(fake, party) == []


@pytest.mark.parametrize(
    ("text", "added"),
    [
        (f"this one! {SPOTIFY} and wow", ["Mr. Brightside"]),
        ("take on me", ["Take on Me"]),
        (f"{SPOTIFY}\n<{SPOTIFY}>", ["Mr. Brightside"]),
    ],
)
async def test_a_song_is_added_out_of_a_message(
    fake: FakeDiscord, party: PartyService, text: str, added: list[str]
) -> None:
    """The message's own menu takes its links, or its text as a title."""
    message = fake.says(fake.member("Ben"), text)
    public(await fake.use_on(fake.member("Anna"), "Add to the party", message))
    assert await titles(fake, party) == added


@pytest.mark.parametrize("text", ["", "🎉", "https://example.com/photos"])
async def test_a_message_without_a_song_is_told_in_private(
    fake: FakeDiscord, party: PartyService, text: str
) -> None:
    """Nothing is added from small talk."""
    message = fake.says(fake.member("Ben"), text)
    told = private(await fake.use_on(fake.member("Anna"), "Add to the party", message))
    assert told
    assert text or told == str(NoSongInMessage())
    assert await titles(fake, party) == []


async def test_more_than_half_must_want_to_skip(fake: FakeDiscord) -> None:
    """Of three active people one is not enough, everybody is told how the vote stands; the second skips."""
    cleo, ben = fake.member("Cleo"), fake.member("Ben")
    await fill(fake, "mr brightside")
    await fill(fake, "take on me", by="Ben")
    for _ in range(2):
        reply = await fake.slash(cleo, "skip")
        assert shown(public(reply)) == f"1 of 2 votes to skip {BRIGHTSIDE}."
    reply = await fake.slash(ben, "skip")
    assert shown(public(reply)) == f"Skipped {BRIGHTSIDE}. Now playing: Take on Me – a-ha"


async def test_the_last_song_can_be_skipped(fake: FakeDiscord) -> None:
    """With nothing left the answer says what to do."""
    await fill(fake, "mr brightside")
    reply = await fake.slash(fake.member("Anna"), "skip")
    assert shown(public(reply)).startswith(f"Anna skipped {BRIGHTSIDE}, their own song. The queue is empty")


@pytest.mark.parametrize("song", ["2", "Wonderwall", "wonderwall – oasis", "WONDER"])
async def test_a_song_is_removed_by_number_or_title(
    fake: FakeDiscord, party: PartyService, song: str
) -> None:
    """What the queue shows, its number or its title, says which song is meant."""
    await fill(fake, "mr brightside", "take on me", "wonderwall", "bohemian rhapsody")
    reply = await fake.slash(fake.member("Anna"), "remove", song=song)
    assert shown(public(reply)) == "Removed Wonderwall – Oasis from the queue."
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me", "Bohemian Rhapsody"]


async def test_removing_offers_ones_own_songs(fake: FakeDiscord, party: PartyService) -> None:
    """The list holds what the member may take out, narrowed by typing; a choice takes that song out."""
    await fill(fake, "mr brightside", "take on me")
    await fill(fake, "wonderwall", by="Ben")
    anna, ben = fake.member("Anna"), fake.member("Ben")
    mo = fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    assert [name for name, _ in await fake.autocomplete(anna, "remove", song="")] == [
        BRIGHTSIDE,
        "Take on Me – a-ha",
    ]
    assert [name for name, _ in await fake.autocomplete(anna, "remove", song="TAKE")] == ["Take on Me – a-ha"]
    assert len(await fake.autocomplete(mo, "remove", song="")) == 3
    ((name, value),) = await fake.autocomplete(ben, "remove", song="")
    assert name == "Wonderwall – Oasis"
    await fake.slash(ben, "remove", song=str(value))
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me"]


async def test_ones_own_song_is_meant_before_somebody_elses(fake: FakeDiscord, party: PartyService) -> None:
    """Of several songs that a typed title fits, the member's own is the one to take out."""
    await fill(fake, "mr brightside", "take on me")
    await fill(fake, "Take Me Out - Franz Ferdinand", by="Ben")
    reply = await fake.slash(fake.member("Ben"), "remove", song="take")
    assert not reply.messages[0].ephemeral, reply.text
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me"]


async def test_a_number_that_the_queue_does_not_have_is_no_title(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Number 9 of a queue of one takes out no song that happens to have a 9 in its title."""
    await fill(fake, "mr brightside", "99 Red Balloons - Nena")
    assert "isn't in the queue" in private(await fake.slash(fake.member("Anna"), "remove", song="9"))
    assert len(await titles(fake, party)) == 2


async def test_what_is_copied_from_a_message_names_the_song(fake: FakeDiscord, party: PartyService) -> None:
    """Text that a member copies out of the bot's own answer means the song, invisible characters and all."""
    await fill(fake, "mr brightside")
    anna = fake.member("Anna")
    reply = public(await fake.slash(anna, "add", song="back in black ac/dc"))
    copied = read(reply.text.removeprefix("Added ").removesuffix(": next up."), copying=True)
    await fake.slash(anna, "remove", song=copied)
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("permission", [MANAGE_SERVER, MANAGE_MESSAGES])
async def test_a_moderator_takes_out_any_song(
    fake: FakeDiscord, party: PartyService, permission: int
) -> None:
    """Who may manage messages or the server may remove what somebody else added; the next song starts."""
    await fill(fake, "mr brightside", "take on me")
    mo = fake.member("Mo", permissions=EVERYONE | permission)
    reply = await fake.slash(mo, "remove", song="brightside")
    assert shown(public(reply)) == f"Removed {BRIGHTSIDE} from the queue."
    assert await titles(fake, party) == ["Take on Me"]


async def test_an_add_is_undone(fake: FakeDiscord, party: PartyService) -> None:
    """Undo takes the member's own latest song out, not the latest of somebody else."""
    await fill(fake, "mr brightside", "take on me")
    await fill(fake, "wonderwall", by="Ben")
    reply = await fake.slash(fake.member("Anna"), "undo")
    assert shown(public(reply)) == "Removed Take on Me – a-ha again."
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall"]


async def test_a_vote_is_undone(fake: FakeDiscord, party: PartyService) -> None:
    """Undo takes a click on a button back."""
    await fill(fake, "mr brightside", "take on me")
    ben = fake.member("Ben")
    message = public(await fake.slash(ben, "queue"))
    await fake.click(ben, message, message.buttons[1])
    assert (await party.insight.now(room(fake))).queue[0].score == 1
    reply = await fake.slash(ben, "undo")
    assert private(reply) == "Your last vote on Take on Me – a-ha has been undone."
    assert (await party.insight.now(room(fake))).queue[0].score == 0


async def test_channels_do_not_share_a_queue(fake: FakeDiscord) -> None:
    """Each channel has a party of its own."""
    await fill(fake, "mr brightside")
    other = fake.add_channel("other")
    reply = await fake.slash(fake.member("Anna"), "queue", channel=other)
    assert "Brightside" not in reply.text


async def test_a_moderator_clears_and_everybody_else_is_refused(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Clearing takes all that waits, leaves what plays, and can be undone."""
    await fill(fake, "mr brightside", "take on me", "wonderwall")
    mo = fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    assert private(await fake.slash(fake.member("Anna"), "clear")) == str(ModeratorsOnly())
    assert "all 2 waiting songs" in shown(public(await fake.slash(mo, "clear")))
    assert await titles(fake, party) == ["Mr. Brightside"]
    public(await fake.slash(mo, "undo"))
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me", "Wonderwall"]


async def test_a_moderator_moves_a_song_that_stays_there(fake: FakeDiscord, party: PartyService) -> None:
    """Votes do not change a place that was given."""
    await fill(fake, "mr brightside", "take on me", "wonderwall")
    mo = fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    reply = await fake.slash(mo, "move", song="wonderwall", place=1)
    assert shown(public(reply)) == "Wonderwall – Oasis is now number 1 and will stay there."
    await fake.slash(fake.member("Ben"), "vote", song="take on me")
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall", "Take on Me"]


async def test_what_plays_now_is_told(fake: FakeDiscord) -> None:
    """With nothing on, that is told as well."""
    anna = fake.member("Anna")
    assert "Nothing is playing" in shown(public(await fake.slash(anna, "now")))
    await fill(fake, "mr brightside")
    assert shown(public(await fake.slash(anna, "now"))) == f"Now playing: {BRIGHTSIDE} · added by Anna"


@pytest.mark.parametrize(("vote", "tally"), [("up", "👍 1"), ("down", "👎 1"), ("none", "You took")])
async def test_a_vote_by_command_is_told_in_private(fake: FakeDiscord, vote: str, tally: str) -> None:
    """For, against, or taken back, by the song's title."""
    await fill(fake, "mr brightside", "take on me")
    assert tally in private(await fake.slash(fake.member("Ben"), "vote", song="take on", vote=vote))
