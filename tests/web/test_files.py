"""A stored file that is not read to its end."""

from fairway.nouns.events import EventFilter
from fairway.verbs import stored_files


def test_who_leaves_in_the_middle_of_a_file_is_on_the_record(department, signed_in):
    node, analyst = department.platform, department.actor("dfe-analyst")
    offer = stored_files.offer(node, analyst, "dwp.regions", "policy-analysis")
    whole = signed_in("dfe-analyst").get(f"/api/v1/files/{offer.files[0].link}")
    size = len(b"".join(whole.streaming_content))
    left = signed_in("dfe-analyst").get(f"/api/v1/files/{offer.files[0].link}")
    assert next(iter(left.streaming_content))
    left.close()
    said = node.ledger.find(EventFilter(product="dwp.regions", limit=2))
    assert [entry.event.action for entry in said] == ["file.stopped", "file.served"]
    assert f"of {size:,} bytes" in said[0].event.reason
