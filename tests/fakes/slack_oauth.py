"""Installing, token rotation and uninstalling."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from .slack_errors import SlackError
from .slack_model import Code, FakeTeam, Grant, Json
from .slack_web import Call, Method
from .slack_world import World

_CODE_S, _TOKEN_S = 600, 43_200


class OAuth:
    """oauth.*, auth.*, apps.uninstall and apps.connections.open."""

    def __init__(self, world: World) -> None:
        """Hand out tokens for this world."""
        self._world = world
        self.tell: Callable[[FakeTeam], None] = lambda team: None

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        return {
            "auth.test": Method(self._test),
            "auth.revoke": Method(self._revoke),
            "apps.uninstall": Method(self._uninstall),
            "oauth.v2.access": Method(self._access, kind=None),
            "oauth.v2.exchange": Method(self._exchange, kind=None),
        }

    def _test(self, call: Call) -> Json:
        grant = call.by
        team = grant.team or next(
            it for it in self._world.teams.values() if it.enterprise is grant.enterprise
        )
        told: Json = {"url": f"https://{team.domain}.slack.com/", "team": team.name, "team_id": team.id}
        told |= {"user": "encore", "user_id": team.bot_user_id, "bot_id": team.bot_id}
        told["is_enterprise_install"] = grant.team is None
        if team.enterprise is not None:
            told["enterprise_id"] = team.enterprise.id
        return told

    def _revoke(self, call: Call) -> Json:
        if not call.flag("test"):
            call.by.error = "token_revoked"
        return {"revoked": not call.flag("test")}

    def _uninstall(self, call: Call) -> Json:
        self._check_client(call)
        team, enterprise = call.by.team, call.by.enterprise
        for found in self._world.teams.values():
            if found is team or (team is None and found.enterprise is enterprise):
                self.uninstall(found)
                self.tell(found)
        return {}

    def uninstall(self, team: FakeTeam) -> list[Grant]:
        """Take the app out of a workspace; returns the tokens that are void now."""
        found = [it for it in self._world.grants.values() if it.kind != "app" and not it.error]
        void = [
            it for it in found if it.team is team or (it.team is None and it.enterprise is team.enterprise)
        ]
        for grant in void:
            grant.error, grant.refresh_token = "account_inactive", None
        return void

    def _check_client(self, call: Call) -> None:
        if call.client is None or call.client[0] != self._world.client_id:
            raise SlackError("invalid_client_id")
        if call.client[1] != self._world.client_secret:
            raise SlackError("bad_client_secret")

    def _access(self, call: Call) -> Json:
        self._check_client(call)
        match call.params.get("grant_type") or "authorization_code":
            case "authorization_code":
                return self._install(self._code(call))
            case "refresh_token":
                return self._refresh(call)
            case _:
                raise SlackError("invalid_grant_type")

    def _code(self, call: Call) -> Code:
        code = self._world.codes.get(str(call.params.get("code")))
        if code is None or self._world.now() - code.made_at > _CODE_S:
            raise SlackError("invalid_code")
        if code.used:
            raise SlackError("code_already_used")
        # What was given when asking for the code has to be given again.
        if code.redirect_uri not in (None, call.params.get("redirect_uri")):
            raise SlackError("bad_redirect_uri")
        code.used = True
        return code

    def _install(self, code: Code) -> Json:
        grant = self._world.grant(code.team, code.enterprise, code.scopes)
        for team in self._world.teams.values():
            if code.team is None and team.enterprise is code.enterprise:
                team.org_install = True
        return self._told(grant) | {"authed_user": {"id": code.member.id}}

    def _refresh(self, call: Call) -> Json:
        wanted = call.params.get("refresh_token")
        old = next((it for it in self._world.grants.values() if wanted and it.refresh_token == wanted), None)
        if old is None:
            raise SlackError("invalid_refresh_token")
        old.refresh_token = None
        return self._told(self._world.grant(old.team, old.enterprise, old.scopes))

    def _exchange(self, call: Call) -> Json:
        """Turn a token that lasts into one that expires."""
        self._check_client(call)
        old = self._world.grants.get(call.token)
        if old is None or old.error or old.expires_at is not None:
            raise SlackError("invalid_auth")
        old.error = "token_revoked"
        return self._told(self._world.grant(old.team, old.enterprise, old.scopes), rotate=True)

    def _told(self, grant: Grant, *, rotate: bool = False) -> Json:
        team, enterprise = grant.team, grant.enterprise
        any_team = team or next(it for it in self._world.teams.values() if it.enterprise is enterprise)
        found = enterprise or any_team.enterprise
        told: Json = {"access_token": grant.token, "token_type": "bot", "scope": ",".join(grant.scopes)}
        told |= {"bot_user_id": any_team.bot_user_id, "app_id": self._world.app_id}
        told["team"] = None if team is None else {"id": team.id, "name": team.name}
        told["enterprise"] = None if found is None else {"id": found.id, "name": found.name}
        told["is_enterprise_install"] = team is None
        if self._world.rotate or rotate:
            grant.refresh_token = f"xoxe-1-{secrets.token_hex(16)}"
            grant.expires_at = self._world.now() + _TOKEN_S
            told |= {"refresh_token": grant.refresh_token, "expires_in": _TOKEN_S}
        return told
