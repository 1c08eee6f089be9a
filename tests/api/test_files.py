"""Stored files over the API: whole, in ranges, and by client and command line."""

import httpx
import pyarrow.parquet as pq
import pytest
from tests.surfaces import PURPOSE

PRODUCT = "dwp.regions"


@pytest.fixture
def http(address, department):
    headers = {"Authorization": f"Bearer {department.token('dfe-analyst')}"}
    with httpx.Client(
        base_url=f"{address}/api/v1/", headers=headers, timeout=60, trust_env=False
    ) as client:
        yield client


@pytest.fixture
def link(http):
    answer = http.post(f"products/{PRODUCT}/files", json={"purpose": PURPOSE})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["product"], said["agreements"]) == (PRODUCT, [])
    return said["files"][0]["url"]


def test_a_link_needs_no_sign_in_and_gives_the_file_whole_or_in_part(link):
    with httpx.Client(timeout=60, trust_env=False) as anybody:
        whole = anybody.get(link)
        assert whole.status_code == 200
        assert whole.headers["content-type"] == "application/vnd.apache.parquet"
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["cache-control"] == "no-store"
        body = whole.content
        assert body[:4] == body[-4:] == b"PAR1"
        head = anybody.head(link)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) == len(body)
        assert head.headers["etag"] == whole.headers["etag"]
        for wanted, given in (
            ("bytes=0-3", body[:4]),
            ("bytes=4-", body[4:]),
            ("bytes=-8", body[-8:]),
        ):
            part = anybody.get(link, headers={"Range": wanted})
            assert (part.status_code, part.content) == (206, given)
            assert part.headers["content-range"].endswith(f"/{len(body)}")
        past = anybody.get(link, headers={"Range": f"bytes={len(body)}-"})
        assert past.status_code == 416
        wrong = anybody.get(link[:-3] + "abc")
        assert (wrong.status_code, wrong.json()["code"]) == (403, "file.link_not_valid")


def test_the_client_writes_the_files_into_a_directory(department, address, tmp_path):
    import fairway

    with fairway.connect(address, department.token("dfe-analyst")) as node:
        (path,) = node.download(PRODUCT, tmp_path / "files", purpose=PURPOSE)
    assert path.name == "dwp.regions.parquet"
    assert pq.read_table(path).column_names == ["region", "households"]
