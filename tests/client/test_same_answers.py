"""Against a URL and against a directory the client says the same."""

import time

import pytest
from tests.surfaces import PURPOSE

import fairway
from fairway.client.results import NotInstalled
from fairway.nouns.errors import (
    BadInput,
    BoundExceeded,
    NotFound,
    NotSignedIn,
    Refused,
    Unavailable,
)
from fairway.verbs.products import Unpublishable

SQL = "SELECT region, households FROM dwp.regions ORDER BY region"


@pytest.fixture(params=["directory", "url"])
def reached(request, department):
    """How to reach the node as a person, in process or over HTTP."""
    where = request.getfixturevalue("address") if request.param == "url" else ""
    opened = []

    def node(person):
        opened.append(department.node(person, where))
        return opened[-1]

    yield node
    for each in opened:
        each.close()


def test_the_main_job(reached, department):
    analyst, owner = reached("dfe-analyst"), reached("dwp-owner")
    found = analyst.find("claims")
    assert found.total == 1
    assert [hit.id for hit in found] == ["dwp.claims"]
    assert analyst.show("dwp.claims").columns[2].classification == "special category"
    asked = analyst.request(
        "dwp.claims",
        columns={"region": "keep", "weeks": "band:10"},
        scope="region = 'Wales'",
        purpose="official-statistics",
        legal_basis="gdpr-6-1-e",
        necessity="To count.",
        ends="2999-12-31",
    )
    assert asked.state == "submitted"
    assert asked.asked.scope == "region = 'Wales'"
    granted = owner.decide(asked.id, "approve", columns={"region": "keep", "weeks": "band:100"})
    assert granted.state == "active"
    result = analyst.query(
        "SELECT region, sum(weeks) AS weeks FROM dwp.claims GROUP BY region",
        purpose="official-statistics",
    )
    assert result.to_arrow().to_pylist() == [{"region": "Wales", "weeks": 0}]
    assert result.agreements == (asked.id,)
    assert result.rows == 1
    assert analyst.outcome(result.id).action == "query.completed"
    owner.decide(asked.id, "terminate", "Done.")
    with pytest.raises(Refused) as refused:
        analyst.query("SELECT region FROM dwp.claims", purpose="official-statistics")
    assert refused.value.code == "access.agreement_not_active"


def test_a_result_in_every_form(reached, tmp_path):
    analyst = reached("dfe-analyst")

    def result():
        return analyst.query(SQL, purpose=PURPOSE)

    assert result().to_pandas().households.sum() == 3_800_000
    assert result().to_polars().height == 2
    with result() as opened:
        assert sum(batch.num_rows for batch in opened) == 2
        with pytest.raises(BadInput, match="read already"):
            next(opened.batches())
    kept = result()
    assert kept.to_arrow() is kept.to_arrow()
    assert sum(batch.num_rows for batch in kept.batches()) == 2
    done = analyst.export(SQL, tmp_path / "regions.csv", purpose=PURPOSE, format="csv")
    assert done.rows == 2
    assert (tmp_path / "regions.csv").read_text() == (
        '"region","households"\n"Scotland",2500000\n"Wales",1300000\n'
    )
    assert [p.name for p in tmp_path.iterdir()] == ["regions.csv"]


def test_a_plan_is_the_same_from_both(reached):
    analyst = reached("dfe-analyst")
    plan = analyst.plan(SQL, purpose=PURPOSE)
    (product,) = plan.products
    assert (product.product, product.read.files, product.read.barrier) == ("dwp.regions", 1, False)
    assert [field.name for field in plan.fields] == ["region", "households"]
    assert analyst.outcome(plan.id).action == "query.planned"
    with pytest.raises(BadInput):
        analyst.plan("SELECT", purpose=PURPOSE)


def test_errors_come_back_as_what_they_are(reached):
    analyst, owner = reached("dfe-analyst"), reached("dwp-owner")
    with pytest.raises(NotFound) as missing:
        analyst.show("dwp.nothing")
    assert missing.value.code == "product.not_found"
    with pytest.raises(BadInput) as wrong:
        analyst.query("SELECT nothing FROM dwp.regions", purpose=PURPOSE)
    assert wrong.value.exit_code == 2
    with pytest.raises(BoundExceeded):
        analyst.query(SQL, purpose=PURPOSE, limits={"rows": 1}).to_arrow()
    with pytest.raises(Refused):
        analyst.audit()
    with pytest.raises(Unpublishable) as several:
        owner.publish(
            owner.contract("dwp.regions")
            .replace("households", "houses")
            .replace("name: region\n", "name: area\n"),
            file="c.yaml",
        )
    assert len(several.value.problems) >= 2
    assert all(p.file == "c.yaml" for p in several.value.problems)
    with pytest.raises(BadInput) as unfit:
        owner.find("x", limit=100_000)
    assert unfit.value.code == "request.invalid"
    assert "limit" in unfit.value.message


def test_the_record_and_oneself(reached):
    auditor = reached("auditor")
    assert auditor.me().appointments[0].role == "auditor"
    newest = auditor.audit(limit=2)
    older = auditor.audit(limit=2, before=newest[-1].sequence)
    assert older[0].sequence < newest[-1].sequence
    assert auditor.verify().intact
    assert {p.code for p in auditor.purposes()} >= {PURPOSE}
    assert any(basis.article_9 for basis in auditor.legal_bases())


def test_a_limited_token_is_limited_over_every_way(reached, department, monkeypatch):
    stranger = reached("dfe-stranger")
    made = stranger.create_token("dfe-stranger", "three random words", only=["query"])
    assert made.only == ["query"]
    assert made.only in [token.only for token in stranger.tokens()]
    monkeypatch.setitem(department.tokens, "limited", (made.secret, time.monotonic()))
    with pytest.raises(Refused) as caught:
        reached("limited").me()
    assert caught.value.code == "access.token_limited"


def test_a_token_ends_when_it_is_revoked(reached, department):
    stranger = reached("dfe-stranger")
    made = stranger.create_token("dfe-stranger", "three random words", label="for a day", days=1)
    assert made.secret not in str(stranger.tokens())
    with fairway.connect(str(department.workspace), made.secret) as own:
        assert own.me().id == "dfe-stranger"
        stranger.revoke_token(made.id)
        with pytest.raises(NotSignedIn) as ended:
            own.me()
    assert ended.value.code == "access.bad_token"


def test_nothing_at_the_address(tmp_path):
    with pytest.raises(Unavailable) as none:
        fairway.connect(str(tmp_path / "nowhere"))
    assert none.value.code == "node.not_found"
    assert "fairway init" in none.value.remedy
    with (
        fairway.connect("http://127.0.0.1:9", "secret") as node,
        pytest.raises(Unavailable) as closed,
    ):
        node.me()
    assert closed.value.code == "node.unreachable"


@pytest.mark.parametrize("address", ["http://", "https://user:word@host", "https://host?q=1"])
def test_what_is_no_address(address):
    with pytest.raises(BadInput, match="not the address"):
        fairway.connect(address)


def test_a_token_is_not_sent_unencrypted_without_a_word():
    with pytest.warns(UserWarning, match="unencrypted"):
        fairway.connect("http://data.example.gov.uk", "secret").close()


def test_a_missing_extra_names_what_to_install(department, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with department.node("dfe-analyst") as node, pytest.raises(NotInstalled) as missing:
        node.query(SQL, purpose=PURPOSE).to_pandas()
    assert "pip install 'fairway[pandas]'" in str(missing.value)
    assert isinstance(missing.value, ImportError)
