"""Every address of the pages, and where the API is mounted."""

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from fairway.web.agreements import asking, deciding, profiles
from fairway.web.agreements import views as agreements
from fairway.web.audit import views as audit
from fairway.web.catalogue import views as catalogue
from fairway.web.entries import views as entries
from fairway.web.explanations import views as explanations
from fairway.web.glossary import views as names
from fairway.web.governance import guardrails
from fairway.web.governance import views as governance
from fairway.web.home import views as home
from fairway.web.peers import views as peers
from fairway.web.people import by_provider, confirming, everyone, groups, standing_in
from fairway.web.people import views as people
from fairway.web.products import views as products
from fairway.web.queries import views as queries

handler400 = "fairway.web.errors.views.bad_request"
handler403 = "fairway.web.errors.views.forbidden"
handler404 = "fairway.web.errors.views.not_found"
handler500 = "fairway.web.errors.views.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sign-in", people.sign_in, name="sign-in"),
    path("sign-in/provider", by_provider.leave, name="sign-in-by-provider"),
    path("sign-in/<str:provider_id>/callback", by_provider.back, name="openid_connect_callback"),
    path("sign-out", people.sign_out, name="sign-out"),
    path("account", people.account, name="account"),
    path("account/confirm", confirming.confirm, name="confirm"),
    path("account/confirmed", confirming.went_on, name="confirmed"),
    path("account/factor", confirming.enrol, name="factor"),
    path("account/factor/remove", confirming.remove_factor, name="remove-factor"),
    path("account/sessions/<str:session>/end", confirming.end_session, name="end-session"),
    path("account/delegations", standing_in.delegations, name="delegations"),
    path("account/delegations/new", standing_in.delegate, name="delegate"),
    path(
        "account/delegations/<str:person>/<str:domain>/end",
        standing_in.end_delegation,
        name="end-delegation",
    ),
    path("account/password", people.password, name="password"),
    path("account/tokens/new", people.new_token, name="new-token"),
    path("account/tokens/<str:token>/revoke", people.revoke_token, name="revoke-token"),
    path("catalogue", catalogue.search, name="search"),
    path("catalogue/suggestions", catalogue.suggestions, name="suggestions"),
    path("catalogue/names", names.names, name="names"),
    path("catalogue/names/change", names.change, name="names-change"),
    path("catalogue/names/remove", names.remove, name="names-remove"),
    path("search", catalogue.moved),
    path("catalogue/<str:entry>", entries.entry, name="entry"),
    path("catalogue/<str:entry>/feedback", entries.give, name="give-feedback"),
    path("feedback", entries.inbox, name="feedback"),
    path("feedback/<str:feedback_id>/answer", entries.answer, name="answer-feedback"),
    path("feedback/<str:feedback_id>/close", entries.close, name="close-feedback"),
    path("my-products", entries.owned, name="my-products"),
    path("hub", entries.hub, name="hub"),
    path("products/<str:product>", products.product, name="product"),
    path("products/<str:product>/contract", products.contract, name="contract"),
    path("products/<str:product>/ask", asking.begin, name="ask"),
    path("products/<str:product>/who", explanations.who, name="who"),
    path("products/<str:product>/review", governance.review, name="review"),
    path("products/<str:product>/why", explanations.why, name="why"),
    path("agreements", agreements.mine, name="agreements"),
    path("agreements/to-decide", deciding.inbox, name="inbox"),
    path("agreements/<str:agreement>", agreements.agreement, name="agreement"),
    path("agreements/<str:agreement>/ask/<str:step>", asking.step, name="ask-step"),
    path("agreements/<str:agreement>/check", asking.check, name="ask-check"),
    path("agreements/<str:agreement>/sent", asking.sent, name="ask-sent"),
    path("agreements/<str:agreement>/decision", deciding.decision, name="decision"),
    path("agreements/<str:agreement>/approve", deciding.approve, name="approve"),
    path("agreements/<str:agreement>/approve-less", deciding.approve_less, name="approve-less"),
    path("agreements/<str:agreement>/profile", profiles.profile, name="profile"),
    path("agreements/<str:agreement>/profile/revoke", profiles.revoke, name="revoke-profile"),
    path("agreements/<str:agreement>/<str:move>", agreements.move, name="move"),
    path("people", everyone.people, name="people"),
    path("people/access", explanations.everybody, name="everybody"),
    path("people/groups", groups.groups, name="groups"),
    path("people/groups/give", groups.give, name="give-group-role"),
    path("people/groups/end", groups.end, name="end-group-role"),
    path("people/<str:person>/password", everyone.give_password, name="give-password"),
    path("people/<str:person>/leaving", everyone.leaving, name="leaving"),
    path("tasks", governance.tasks, name="tasks"),
    path("stops", governance.stops, name="stops"),
    path("stops/<str:stop>/lift", governance.lift, name="lift-stop"),
    path("guardrails", guardrails.guardrails, name="guardrails"),
    path("guardrails/propose", guardrails.propose, name="propose-guardrails"),
    path("guardrails/versions/<str:version>", guardrails.version, name="guardrail"),
    path("query", queries.query, name="query"),
    path("query/chart", queries.chart, name="chart"),
    path("query/running", queries.running, name="running"),
    path("query/running/<str:query>/stop", queries.stop, name="stop-query"),
    path("query/download", queries.download, name="download"),
    path("partners", peers.partners, name="partners"),
    path("partners/new", peers.new, name="new-partner"),
    path("partners/<str:peer>/<str:move>", peers.act, name="partner"),
    path("audit", audit.entries, name="audit"),
    path("audit/verify", audit.verify, name="audit-verify"),
    path("audit/state", audit.state, name="audit-state"),
    path("audit/person", audit.subject, name="audit-subject"),
    path("glossary", home.glossary, name="glossary"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("cookies", home.cookies, name="cookies"),
    path("privacy", home.privacy, name="privacy"),
    path("health", home.health, name="health"),
    path("api/v1/", include("fairway.api.urls")),
    # by name: its resources take a second to import, and most commands on a directory need none
    URLResolver(RoutePattern("scim/v2/"), "fairway.api.scim"),
    path("delta-sharing/", include("fairway.sharing.urls")),
    path("peers/v1/", include("fairway.sharing.peers")),
]
