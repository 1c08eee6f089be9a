"""The store as one: every repository, and the transaction they share."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from fairway.store.agreements import AgreementStore
from fairway.store.attempts import AttemptStore
from fairway.store.database import one_writer
from fairway.store.entries import EntryStore
from fairway.store.factors import FactorStore
from fairway.store.feed import FeedStore
from fairway.store.feedback import FeedbackStore
from fairway.store.follows import FollowStore
from fairway.store.glossary import GlossaryStore
from fairway.store.guardrails import GuardrailStore
from fairway.store.peers import PeerStore
from fairway.store.people import PeopleStore
from fairway.store.products import ProductStore
from fairway.store.provisioning import ProvisioningStore
from fairway.store.purposes import PurposeStore
from fairway.store.sessions import Sessions as SessionRecords
from fairway.store.shares import ShareStore
from fairway.store.stops import StopStore
from fairway.store.tokens import TokenStore
from fairway.verbs.catalogue_ports import Entries, Feed, Feedbacks, Follows
from fairway.verbs.doors import Attempts, Factors, People, Provisioned, Sessions
from fairway.verbs.peer_ports import Peers
from fairway.verbs.ports import (
    Agreements,
    Glossary,
    GuardrailVersions,
    Products,
    Purposes,
    Shares,
    Stops,
    Tokens,
)


class DatabaseStore:
    """`verbs.ports.Store` on Django's default connection.

    `within` is entered inside each transaction: what it writes at its end commits with it.
    """

    def __init__(self, within: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._within = within
        self.people: People = PeopleStore()
        self.tokens: Tokens = TokenStore()
        self.sessions: Sessions = SessionRecords()
        self.attempts: Attempts = AttemptStore()
        self.factors: Factors = FactorStore()
        self.provisioned: Provisioned = ProvisioningStore()
        self.products: Products = ProductStore()
        self.agreements: Agreements = AgreementStore()
        self.purposes: Purposes = PurposeStore()
        self.entries: Entries = EntryStore()
        self.glossary: Glossary = GlossaryStore()
        self.shares: Shares = ShareStore()
        self.stops: Stops = StopStore()
        self.guardrails: GuardrailVersions = GuardrailStore()
        self.peers: Peers = PeerStore()
        self.feed: Feed = FeedStore()
        self.follows: Follows = FollowStore()
        self.feedback: Feedbacks = FeedbackStore()

    def transaction(self) -> AbstractContextManager[None]:
        """Open a write transaction. Raises `Unavailable` when the database does not answer."""
        return one_writer(self._within)
