"""People and groups of the directory as SCIM resources, and back."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    EnterpriseUser,
    ETag,
    Group,
    ListResponse,
    Meta,
    Patch,
    ResourceType,
    Schema,
    ScimFilter,
    SearchRequest,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_models.resources.service_provider_config import Filter

from fairway.nouns.errors import BadInput
from fairway.nouns.people import Actor
from fairway.nouns.provisioning import ProvisionedGroup, ProvisionedPerson
from fairway.verbs import provisioning
from fairway.verbs.ports import Platform

Person = User[EnterpriseUser]
LARGEST_PAGE = 1000
ENTERPRISE = str(EnterpriseUser.__schema__)
_OURS = ("schemas", "id", "externalId", "meta", "userName", "password", "groups")

R = TypeVar("R")


def normalised(body: Any) -> Any:
    """Return a body with the deviations of real directories put right.

    Microsoft Entra ID sends booleans as words ("False"), also in the values of a patch.
    """
    if not isinstance(body, dict):
        return body
    read = dict(body)
    if "active" in read:
        read["active"] = _boolean(read["active"])
    if isinstance(read.get("Operations"), list):
        read["Operations"] = [
            _operation(o) if isinstance(o, dict) else o for o in read["Operations"]
        ]
    return read


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    value = operation.get("value")
    if str(operation.get("path", "")).casefold() == "active":
        return {**operation, "value": _boolean(value)}
    if isinstance(value, dict) and "active" in value:
        return {**operation, "value": {**value, "active": _boolean(value["active"])}}
    return operation


def _boolean(value: Any) -> Any:
    words = {"true": True, "false": False}
    return words.get(value.casefold(), value) if isinstance(value, str) else value


def searched(model: Any, given: dict[str, Any], find: Callable[[str], list[Any]]) -> Any:
    """Return a page of what a search finds among resources of a model, or of a union of models.

    `find` takes the filter's text and returns all that can match it.
    """
    wanted = {name: value for name, value in given.items() if name != "schemas"}
    request = SearchRequest[model].model_validate(wanted)
    found = find(str(request.filter or ""))
    if request.filter is not None:
        bound = ScimFilter[model](str(request.filter))
        found = [resource for resource in found if bound.match(resource)]
    found = request.sort(found)
    start = request.start_index_0 or 0
    count = LARGEST_PAGE if request.count is None else min(request.count, LARGEST_PAGE)
    page = found[start : start + count]
    answer = ListResponse[model](
        total_results=len(found),
        start_index=start + 1,
        items_per_page=len(page),
        resources=page,
    )
    shown: Any = answer.model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=request
    )
    return shown


class Resources(ABC, Generic[R]):
    """The resources of one kind, on behalf of an actor."""

    model: Any
    looked_up: dict[str, str]
    """Attributes that the store finds by, and what it calls them."""

    def __init__(self, platform: Platform, actor: Actor, base: str) -> None:
        self.platform = platform
        self.actor = actor
        self.base = base

    @abstractmethod
    def get(self, id: str) -> Any: ...  # SCIM's word
    @abstractmethod
    def add(self, given: Any) -> Any: ...
    @abstractmethod
    def change(self, id: str, given: Any) -> Any: ...  # SCIM's word
    @abstractmethod
    def remove(self, id: str) -> None: ...  # SCIM's word
    @abstractmethod
    def find(self, **equal: str) -> list[Any]: ...

    def search(self, given: dict[str, Any]) -> Any:
        """Return a page of the resources that a filter finds."""
        return searched(self.model, given, lambda text: self.find(**self._equal(text)))

    def _equal(self, text: str) -> dict[str, str]:
        """Return what the store can find by: the one comparison that directories ask for."""
        name, _, rest = text.strip().partition(" ")
        operator, _, value = rest.strip().partition(" ")
        quoted = value.strip()
        plain = quoted[1:-1]
        simple = quoted[:1] == quoted[-1:] == '"' and len(quoted) > 1 and '"' not in plain
        if operator.casefold() != "eq" or not simple or "\\" in plain:
            return {}
        called = {key.casefold(): ours for key, ours in self.looked_up.items()}
        ours = called.get(name.casefold())
        return {} if ours is None else {ours: plain}

    def _meta(self, kind: str, held: Any) -> Meta:
        return Meta(
            resource_type=kind,
            created=held.created,
            last_modified=held.modified,
            location=f"{self.base}/{kind}s/{held.id}",
        )


class People(Resources[ProvisionedPerson]):
    """The people of the directory."""

    model = Person
    looked_up = {"userName": "user_name", "externalId": "external_id"}  # noqa: RUF012 # read only

    def get(self, id: str) -> Any:  # SCIM's word
        return self._resource(provisioning.person(self.platform, self.actor, id))

    def find(self, **equal: str) -> list[Any]:
        found = provisioning.find_people(self.platform, self.actor, **equal)
        return [self._resource(held) for held in found]

    def add(self, given: Any) -> Any:
        if given.active is None:
            given.active = True
        return self._resource(
            provisioning.add_person(self.platform, self.actor, **self._read(given))
        )

    def change(self, id: str, given: Any) -> Any:  # SCIM's word
        return self._resource(
            provisioning.change_person(self.platform, self.actor, id, **self._read(given))
        )

    def remove(self, id: str) -> None:  # SCIM's word
        provisioning.remove_person(self.platform, self.actor, id)

    def _resource(self, held: ProvisionedPerson) -> Any:
        return Person.model_validate(
            {
                **held.attributes,
                "schemas": [str(User.__schema__), ENTERPRISE],
                "id": held.id,
                "externalId": held.external_id or None,
                "userName": held.user_name,
                "active": held.active if "active" in held.attributes else None,
                "meta": self._meta("User", held).model_dump(),
            }
        )

    def _read(self, given: Any) -> dict[str, Any]:
        """Return what the verbs take of a resource; a password is not among it."""
        sent = given.model_dump()
        name = sent.get("name") or {}
        full = " ".join(str(name[p]) for p in ("givenName", "familyName") if name.get(p))
        work = sent.get(ENTERPRISE) or {}
        if not str(given.user_name or "").strip():
            raise BadInput("scim.no_user_name", "A person needs a userName.", field="userName")
        return {
            "user_name": given.user_name,
            "external_id": given.external_id or "",
            "active": given.active,
            "name": sent.get("displayName") or name.get("formatted") or full,
            "places": [str(work[p]) for p in ("department", "organization") if work.get(p)],
            "attributes": {k: v for k, v in sent.items() if k not in _OURS},
        }


class Groups(Resources[ProvisionedGroup]):
    """The groups of the directory."""

    model = Group
    looked_up = {"displayName": "name", "externalId": "external_id"}  # noqa: RUF012 # read only

    def get(self, id: str) -> Any:  # SCIM's word
        return self._resource(provisioning.group(self.platform, self.actor, id))

    def find(self, **equal: str) -> list[Any]:
        found = provisioning.find_groups(self.platform, self.actor, **equal)
        return [self._resource(held) for held in found]

    def add(self, given: Any) -> Any:
        return self._put(None, given)

    def change(self, id: str, given: Any) -> Any:  # SCIM's word
        return self._put(id, given)

    def remove(self, id: str) -> None:  # SCIM's word
        provisioning.remove_group(self.platform, self.actor, id)

    def _put(self, id: str | None, given: Any) -> Any:  # SCIM's word
        if not str(given.display_name or "").strip():
            raise BadInput("scim.no_name", "A group needs a displayName.", field="displayName")
        made = provisioning.put_group(
            self.platform,
            self.actor,
            id,
            name=given.display_name,
            external_id=given.external_id or "",
            members=[(str(m.value), m.display or "") for m in given.members or () if m.value],
        )
        return self._resource(made)

    def _resource(self, held: ProvisionedGroup) -> Any:
        members = [
            {
                "value": member,
                "$ref": f"{self.base}/Users/{member}",
                "type": "User",
                "display": display or None,
            }
            for member, display in held.members
        ]
        return Group.model_validate(
            {
                "schemas": [str(Group.__schema__)],
                "id": held.id,
                "externalId": held.external_id or None,
                "displayName": held.name,
                "members": members or None,
                "meta": self._meta("Group", held).model_dump(),
            }
        )


# ------------------------------------------------------------------ discovery


class _Discovery:
    """What the three addresses of RFC 7644, section 4, answer."""

    def __init__(self) -> None:
        schemas = [model.to_schema() for model in (User, EnterpriseUser, Group)]
        types = [ResourceType.from_resource(model) for model in (Person, Group)]
        self.listed: dict[str, list[Any]] = {"Schemas": schemas, "ResourceTypes": types}

    def answer(self, kind: str, id: str, base: str) -> Any:  # SCIM's word
        """Return what is asked for, None where there is no such thing."""
        context = Context.RESOURCE_QUERY_RESPONSE
        if kind == "ServiceProviderConfig":
            return _config(base).model_dump(scim_ctx=context)
        located = [self._located(one, kind, base) for one in self.listed[kind]]
        if id:
            found = [one for one in located if str(one.id).casefold() == id.casefold()]
            return found[0].model_dump(scim_ctx=context) if found else None
        model: Any = Schema if kind == "Schemas" else ResourceType
        answer = ListResponse[model](
            total_results=len(located),
            start_index=1,
            items_per_page=len(located),
            resources=located,
        )
        return answer.model_dump(scim_ctx=context)

    @staticmethod
    def _located(one: Any, kind: str, base: str) -> Any:
        made = one.model_copy(deep=True)
        made.meta = Meta(resource_type=kind.removesuffix("s"), location=f"{base}/{kind}/{one.id}")
        return made


def _config(base: str) -> ServiceProviderConfig:
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=LARGEST_PAGE),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Bearer token",
                description="A token of an account that is appointed provisioner.",
                primary=True,
            )
        ],
        meta=Meta(resource_type="ServiceProviderConfig", location=f"{base}/ServiceProviderConfig"),
    )


DISCOVERY = _Discovery()
