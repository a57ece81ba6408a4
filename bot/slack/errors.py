"""What Slack alone refuses, worded once, for people.

PartyError
├── NotHere
│   ├── ReadOnlyHere, ThreadsOnlyHere, NoThreadsHere, ArchivedHere
│   └── PostingForbidden
├── NoAccess, PostingSuspended, LoggedOut, RightMissing
├── NoFiles, NoDirectMessages, NoFormHere, MessageGone
├── SlackDown, WorkspaceMoving
└── SlackRefused (NotShown, TooLongToShow)
"""

from __future__ import annotations

from bot.party.errors import NotHere, PartyError, marked


class ReadOnlyHere(NotHere):
    """A channel in which only some people may write."""

    text = marked(
        "This channel is read-only for me. Ask an admin to let me post, or run the party in another channel."
    )


class ThreadsOnlyHere(NotHere):
    """A channel that takes new messages in threads alone."""

    text = marked(
        "This channel only allows posts in threads, and the party needs the channel itself. "
        "Run it in another channel."
    )


class NoThreadsHere(NotHere):
    """A thread that takes no answer."""

    text = marked("I can't answer in this thread. Ask me in the channel itself.")


class PostingForbidden(NotHere):
    """Those who run the workspace do not let the bot post there."""

    text = marked(
        "Your workspace doesn't let me post here. Ask an admin to allow it, or run the party in another "
        "channel."
    )


class ArchivedHere(NotHere):
    """A channel that is closed."""

    text = marked("This channel is archived. Unarchive it, or run the party in another channel.")


class NoFormHere(PartyError):
    """A form that only a command can open."""

    text = marked("I can't open a form from here. Type {command} instead.")
    named = ("command",)


class NoAccess(PartyError):
    """An organisation has the bot, but this workspace of it has not."""

    text = marked("I'm not in this workspace of your organisation yet. Ask an organisation admin to add me.")


class PostingSuspended(PartyError):
    """Administrators have stopped all posting for now."""

    text = marked("Your admins have suspended posting for now. Ask them when it's back, then try again.")


class LoggedOut(PartyError):
    """Slack takes the bot's token no longer."""

    text = marked("I'm locked out of this workspace. Ask an admin to install me again.")


class RightMissing(PartyError):
    """The bot's token lacks what a request needs; which it is stands in the log."""

    text = marked("I'm missing a permission for that. Ask an admin to install me again to grant it.")


class NoFiles(PartyError):
    """The workspace takes no such file."""

    text = marked("Your workspace doesn't let me upload that file. Ask an admin to allow files from apps.")


class NoDirectMessages(PartyError):
    """Slack brings somebody no direct message from the bot."""

    text = marked("I can't send you a direct message. Ask me in a channel that I'm in.")


class MessageGone(PartyError):
    """A message that somebody deleted, or that may not be edited any more."""

    text = marked("That message is gone. Use /queue to see the party.")


class SlackDown(PartyError):
    """Slack itself is in trouble, or cannot be reached."""

    text = marked("Slack is having problems right now. Try again in a few minutes.")


class WorkspaceMoving(PartyError):
    """The workspace is on its way into an organisation."""

    text = marked("This workspace is being moved to an organisation. Try again once that's done.")


class SlackRefused(PartyError):
    """A refusal that nobody foresaw; its name is in the log."""

    text = marked("Slack refused that, and I don't know why. If it happens again, tell whoever runs me.")


class NotShown(SlackRefused):
    """An answer whose form Slack does not take: a fault of ours."""

    text = marked("Slack can't show my answer. That's my mistake: please tell whoever runs me.")


class TooLongToShow(SlackRefused):
    """An answer that is longer than Slack takes."""

    text = marked("My answer is too long for one message. Ask for less at once.")
