"""Signing in by the department's OpenID Connect provider (django-allauth does the exchange).

Authorization code flow with PKCE and a nonce; the ID token's signature, issuer, audience and age
are checked even though it comes straight from the provider. Who the person is here, and whether
their account is open, is for the verbs to say.
"""

import secrets
from typing import Any, NoReturn

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fairway.nouns.errors import FairwayError, NotSignedIn, Unavailable
from fairway.nouns.people import Via
from fairway.nouns.signing_in import SignIn
from fairway.settings.application import PROVIDER
from fairway.settings.node import is_safe_issuer
from fairway.verbs import signing_in
from fairway.web.errors.views import refused
from fairway.web.pages import actor, platform
from fairway.web.people import session
from fairway.web.sessions import confirm_now

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""The signatures of an ID token that count: public keys alone, never a shared secret or none."""
_PROVIDERS = "SOCIALACCOUNT_PROVIDERS"
TIMEOUT = 10
"""Seconds that the provider may take to answer."""
FRESH = 120
"""Seconds that a sign-in at the provider may be old to count as a proof of who is there now."""


class Exchange(OpenIDConnectOAuth2Adapter):
    """The exchange with the provider, stricter than django-allauth's own."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """Check the signature too. Raises `OAuth2Error`."""
        # the provider's own description has to be that of the provider of the settings
        if self.openid_config["issuer"].rstrip("/") != app.settings["server_url"].rstrip("/"):
            raise OAuth2Error("a description of another provider")
        jwt = jwtkit.jwt
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("no ID token") from error
        if algorithm not in SIGNATURES:
            raise OAuth2Error("a signature that does not count")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


class Adapter(DefaultSocialAccountAdapter):
    """What django-allauth asks of us: the one provider, how to reach it, and what failed."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the provider of the settings; none is kept in the database."""
        del request, provider, client_id  # there is but one
        given = getattr(settings, _PROVIDERS)["openid_connect"]["APPS"]
        return [SocialApp(provider="openid_connect", **one) for one in given]

    def get_requests_session(self) -> requests.Session:
        """Return a session that waits for a bounded time and follows no redirects."""
        return _Bounded()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,  # noqa: ARG002 # allauth passes it
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,  # noqa: ARG002 # allauth passes it
    ) -> NoReturn:
        """Show that the provider did not vouch for anybody."""
        if isinstance(exception, requests.RequestException):
            raise ImmediateHttpResponse(refused(request, _no_answer()))
        told = _not_used()
        if error == AuthError.CANCELLED:
            told = NotSignedIn(
                "access.provider_cancelled", "You stopped signing in.", remedy="Sign in again."
            )
        raise ImmediateHttpResponse(refused(request, told))


class _Bounded(requests.Session):
    """Reaches the provider and nobody else: no proxies of the environment, no redirects."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask, in bounded time. Raises `RequestException` for an address that is not safe."""
        if not is_safe_issuer(str(url)):
            raise requests.exceptions.InvalidURL("the provider names an address without TLS")
        kwargs = {"timeout": TIMEOUT, **kwargs, "allow_redirects": False}
        return super().request(method, url, *args, **kwargs)


class Callback(OAuth2CallbackView):
    """Takes the provider's answer: exchanges its code, and reads who it vouches for."""

    def dispatch(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Return where the person goes on, or the page that says why not."""
        provider = self.adapter.get_provider()
        state, failed = self._get_state(request, provider)
        if failed is not None:
            answer: HttpResponse = failed
            return answer
        error: Any = None
        exception: Exception | None = None
        if "code" not in request.GET:
            cancelled = request.GET.get("error") == self.adapter.login_cancelled_error
            error = AuthError.CANCELLED if cancelled else AuthError.UNKNOWN
        else:
            try:
                return _ended(request, self._claims(request, provider, state), state)
            except (OAuth2Error, requests.RequestException) as failure:
                error, exception = AuthError.UNKNOWN, failure
        shown: HttpResponse = render_authentication_error(
            request, provider, error=error, exception=exception
        )
        return shown

    def _claims(self, request: HttpRequest, provider: Any, state: Any) -> dict[str, Any]:
        client = self.adapter.get_client(request, provider.app)
        given = self.adapter.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state.get("pkce_code_verifier")
        )
        decode: Any = self.adapter._decode_id_token  # our own subclass's
        claims: dict[str, Any] = decode(provider.app, str(given.get("id_token", "")))
        return claims


def _not_used() -> NotSignedIn:
    return NotSignedIn(
        "access.provider_failed",
        "The provider's answer could not be used, so nobody is signed in.",
        remedy="Sign in again.",
    )


def _no_answer() -> Unavailable:
    return Unavailable(
        "access.provider_unavailable",
        "The provider that signs people in does not answer.",
        remedy="Try again in a few minutes. Accounts for emergencies can use a password.",
    )


def _ended(request: HttpRequest, claims: dict[str, Any], state: Any) -> HttpResponse:
    """Take the provider's word to the verbs; return where the person goes on."""
    asked = state.get("data") or {}
    rules: SignIn = platform().settings["sign_in"]
    subject = claims.get(rules.claim)
    try:
        nonces = str(claims.get("nonce", "")), str(asked.get("nonce", "-"))
        if not isinstance(subject, str) or not secrets.compare_digest(*nonces):
            raise _not_used()
        if asked.get("confirm"):
            return _confirmed(request, claims, subject, asked)
        found = signing_in.sign_in_by_provider(platform(), Via.WEB, subject)
    except FairwayError as error:
        return refused(request, error)
    session.begin(request, found)
    return redirect(asked.get("onward") or "home")


def _confirmed(
    request: HttpRequest, claims: dict[str, Any], subject: str, asked: dict[str, Any]
) -> HttpResponse:
    at = claims.get("auth_time", claims.get("iat", 0))
    if not isinstance(at, int) or claims.get("iat", 0) - at > FRESH:
        raise NotSignedIn(
            "access.not_fresh",
            "The provider did not ask you again who you are.",
            remedy="Sign out of it, and try again.",
        )
    signing_in.confirm_by_provider(platform(), actor(request), subject)
    confirm_now(request)
    return redirect("confirmed" if asked.get("stashed") else asked.get("onward") or "home")


class _Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Exchange


def begin(request: HttpRequest, data: dict[str, Any], *, again: bool = False) -> HttpResponse:
    """Send somebody to the provider; `again` has it ask who they are even if it knows."""
    try:
        given = Exchange(request, PROVIDER).get_provider()
        nonce = secrets.token_urlsafe(24)
        answer: HttpResponse = _Provider(request, app=given.app).redirect(
            request,
            process="login",
            data={**data, "nonce": nonce},
            auth_params={"nonce": nonce, **({"prompt": "login", "max_age": "0"} if again else {})},
        )
    except (requests.RequestException, ValueError, KeyError):
        return refused(request, _no_answer())
    return answer


def take(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer."""
    try:
        view = Callback.adapter_view(Exchange(request, PROVIDER))
        answer: HttpResponse = view(request)
    except (requests.RequestException, ValueError, KeyError):
        return refused(request, _no_answer())
    return answer
