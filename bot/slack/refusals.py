"""What Slack refuses with, what that means for people and for a card: one table for all that asks Slack.

The names are those that Slack's reference gives for chat.postMessage, chat.update, chat.postEphemeral,
chat.delete, conversations.open, users.info, the three steps of a file, views.open and views.publish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.party.errors import NotHere, NotUnderstood, PartyError, TooFast
from bot.slack import errors


class Fate(Enum):
    """What becomes of a card that Slack refused."""

    GONE = "the message, or the way to it, is no more: the card is let go"
    LATER = "Slack may take it another time: again after a pause that grows"
    OFF = "nothing helps until somebody changes something: a rare look whether they have"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal means.

    Args:
        error: what a person is told.
        fate: what becomes of a card.
        here: whether it is about the one channel, so that a direct message may still arrive.
    """

    error: type[PartyError]
    fate: Fate
    here: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What slack_sdk's errors carry, for those that are raised without asking Slack."""

    data: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    status_code: int = 200


_GROUPS: tuple[tuple[Refusal, str], ...] = (
    (
        Refusal(NotHere, Fate.GONE, here=True),
        "not_in_channel channel_not_found user_not_in_channel no_permission invalid_channel team_not_found",
    ),
    (
        Refusal(errors.MessageGone, Fate.GONE),
        "message_not_found cant_update_message edit_window_closed cant_delete_message "
        "message_not_owned_by_app",
    ),
    (Refusal(errors.ReadOnlyHere, Fate.OFF, here=True), "restricted_action_read_only_channel"),
    (Refusal(errors.ThreadsOnlyHere, Fate.OFF, here=True), "restricted_action_thread_only_channel"),
    (
        Refusal(errors.NoThreadsHere, Fate.OFF, here=True),
        "cannot_reply_to_message thread_not_found restricted_action_non_threadable_channel "
        "restricted_action_thread_locked",
    ),
    (
        Refusal(errors.PostingForbidden, Fate.OFF, here=True),
        "restricted_action posting_to_channel_denied access_denied channel_type_not_supported "
        "method_not_supported_for_channel_type",
    ),
    (Refusal(errors.ArchivedHere, Fate.OFF, here=True), "is_archived is_inactive"),
    (Refusal(errors.NoAccess, Fate.OFF), "team_access_not_granted enterprise_is_restricted"),
    (Refusal(errors.PostingSuspended, Fate.OFF), "ekm_access_denied"),
    (
        Refusal(errors.LoggedOut, Fate.OFF),
        "token_revoked account_inactive invalid_auth not_authed token_expired two_factor_setup_required",
    ),
    (Refusal(errors.PostingForbidden, Fate.OFF), "accesslimited"),
    (Refusal(errors.RightMissing, Fate.OFF), "missing_scope not_allowed_token_type"),
    (
        Refusal(errors.NoFiles, Fate.OFF),
        "file_uploads_disabled file_uploads_except_images_disabled blocked_file_type "
        "file_upload_size_restricted storage_limit_reached unable_to_share_files "
        "slack_connect_file_upload_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_blocked_file_type",
    ),
    (
        Refusal(errors.NoDirectMessages, Fate.OFF),
        "user_disabled user_not_found user_not_visible cannot_dm_bot messages_tab_disabled",
    ),
    (
        Refusal(errors.SlackDown, Fate.LATER),
        "fatal_error internal_error service_unavailable request_timeout update_failed file_update_failed",
    ),
    (
        Refusal(errors.WorkspaceMoving, Fate.LATER),
        "team_added_to_org org_login_required external_channel_migrating",
    ),
    (
        Refusal(errors.NotShown, Fate.LATER),
        "invalid_blocks invalid_blocks_format invalid_attachments too_many_attachments no_text "
        "block_mismatch invalid_arguments invalid_arg_name invalid_array_arg invalid_charset "
        "invalid_form_data invalid_json json_not_object view_too_large",
    ),
    (Refusal(errors.TooLongToShow, Fate.LATER), "msg_too_long metadata_too_large"),
    (Refusal(TooFast, Fate.LATER), "ratelimited rate_limited message_limit_exceeded"),
    (
        Refusal(NotUnderstood, Fate.LATER),
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id",
    ),
)

KNOWN = {name: refusal for refusal, names in _GROUPS for name in names.split()}
"""What each of Slack's names means."""
NO_ANSWER = Refusal(errors.SlackDown, Fate.LATER)
"""A status such as 500, a page in place of an answer, or nothing at all."""
UNKNOWN = Refusal(errors.SlackRefused, Fate.LATER)
"""A name that is not in Slack's reference, or came later."""
EXPECTED = {"exchanged_trigger_id", "expired_trigger_id", "message_not_found", "user_not_visible"}
"""What happens on any good day."""
LOGGED_OUT = {name for name, refusal in KNOWN.items() if refusal.error is errors.LoggedOut}
"""What says that a token opens nothing any more."""


def failure(message: str, data: Answer) -> SlackApiError:
    """An error as slack_sdk raises it, without a request."""
    return SlackApiError(message, data)  # type: ignore[no-untyped-call]


def reason(error: SlackApiError) -> str:
    """What Slack calls an error; empty where something else has answered in its place."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def meaning(error: SlackApiError) -> Refusal:
    """What a refusal means."""
    name = reason(error)
    return KNOWN.get(name, UNKNOWN) if name else NO_ANSWER


def told(error: SlackApiError) -> PartyError:
    """What a person is told of a refusal."""
    return meaning(error).error()


def wait_s(error: SlackApiError) -> float:
    """How many seconds Slack asks to wait; 0 where it does not say."""
    said = str((getattr(error.response, "headers", None) or {}).get("Retry-After", ""))
    return float(said) if said.isascii() and said.replace(".", "", 1).isdecimal() else 0.0
