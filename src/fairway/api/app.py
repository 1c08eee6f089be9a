"""The API: its routers, its sign-in, its errors, and its OpenAPI description."""

from fairway import __version__
from fairway.api import (
    agreements,
    audit,
    catalogue,
    entries,
    explanations,
    factors,
    feedback,
    feeds,
    files,
    glossary,
    guardrails,
    health,
    logs,
    peers,
    people,
    problems,
    products,
    provisioning,
    purposes,
    queries,
    reviews,
    shares,
    stops,
    tokens,
)
from fairway.api.description import DescribedAPI
from fairway.api.signing_in import BearerToken, WebSession

DESCRIPTION = """\
One governed way in to a department's data: publish, find, ask, decide, use in place, account for
it.

**Signing in.** Send `Authorization: Bearer SECRET`. `POST /tokens` exchanges a name and password
for a token; it is shown once and expires.

**Errors** are problem details (RFC 9457, `application/problem+json`) with a stable `code`, one
sentence in `detail` and the way out in `remedy`. `errors` lists several problems at once.

**Pages.** Lists take `limit` and `offset` and answer with `total` and `next`, the address of the
next page or null. The record is paged with `before`.
"""

api = DescribedAPI(
    title="Fairway",
    version=__version__,
    description=DESCRIPTION,
    docs_url=None,  # the page would load its script from another site; openapi.json says it all
    urls_namespace="api-v1",
    auth=[BearerToken(), WebSession()],
)
problems.install(api)

for _router in (
    health.router,
    tokens.router,
    people.router,
    factors.router,
    provisioning.router,
    purposes.router,
    products.router,
    catalogue.router,
    glossary.router,
    entries.router,
    feeds.router,
    feedback.router,
    agreements.router,
    shares.router,
    explanations.router,
    guardrails.router,
    reviews.router,
    stops.router,
    queries.router,
    files.router,
    audit.router,
    peers.router,
    logs.router,
):
    api.add_router("", _router)
