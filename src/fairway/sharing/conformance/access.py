"""Who may ask: bearer tokens, OAuth, and how a refusal reads."""

from fairway.sharing.conformance.checks import promises
from fairway.sharing.conformance.server import PassedOver, Server, an_object, that

_SECTION = "Authorization"


@promises(_SECTION, "Without a token: 401, with errorCode and message")
def no_token(server: Server) -> None:
    server.refused("/shares", 401, token="")


@promises(_SECTION, "With an unknown token: 401 (or 403)")
def unknown_token(server: Server) -> None:
    server.refused("/shares", 401, 403, token="not-a-token-of-this-server")  # noqa: S106 - no secret: the test is that it is refused


@promises(_SECTION, "With a token that was changed in one place: 401 (or 403)")
def changed_token(server: Server) -> None:
    other = "A" if server.token[-1] != "A" else "B"
    server.refused("/shares", 401, 403, token=server.token[:-2] + other * 2)


@promises(_SECTION, "A token in the address opens nothing: 401")
def token_in_address(server: Server) -> None:
    params = {"access_token": server.token, "token": server.token}
    server.refused("/shares", 401, token="", params=params)


@promises(_SECTION, "Another scheme than Bearer opens nothing: 401")
def other_scheme(server: Server) -> None:
    server.refused("/shares", 401, token="", headers={"Authorization": f"Basic {server.token}"})


@promises(_SECTION, "The scheme compares without regard to case")
def scheme_case(server: Server) -> None:
    server.well("/shares", token="", headers={"Authorization": f"bearer {server.token}"})


@promises(_SECTION, "A table is closed to an unknown token: 401 (or 403)")
def table_needs_token(server: Server) -> None:
    for token in ("", "not-a-token-of-this-server"):
        server.refused(f"{server.table}/metadata", 401, 403, token=token)
        server.refused(f"{server.table}/query", 401, 403, token=token, method="POST", json={})


@promises(
    "Profile: OAuth client credentials", "The token endpoint gives a bearer token with a life"
)
def oauth_token(server: Server) -> None:
    _only_oauth(server)
    given = server.exchange()
    that(isinstance(given.get("access_token"), str), "access_token is missing.")
    that(str(given.get("token_type", "")).casefold() == "bearer", "token_type is not Bearer.")
    that(int(given.get("expires_in", 0)) > 0, "expires_in is missing.")


@promises("Profile: OAuth client credentials", "A wrong secret is refused with invalid_client")
def oauth_wrong_secret(server: Server) -> None:
    _only_oauth(server)
    answer = server.ask_for_token("not-the-secret")
    that(answer.status_code in {400, 401}, f"It answered {answer.status_code}.")
    that(an_object(answer).get("error") == "invalid_client", "The error is not invalid_client.")


@promises("Profile: OAuth client credentials", "The secret itself is no token: 401 (or 403)")
def oauth_secret_is_no_token(server: Server) -> None:
    _only_oauth(server)
    server.refused("/shares", 401, 403, token=str(server.profile["clientSecret"]))


def _only_oauth(server: Server) -> None:
    if not server.oauth:
        raise PassedOver("The profile has a bearer token.")
