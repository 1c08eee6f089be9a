"""The comparison of documents with what their commands print is itself right."""

from tests.docs.walk import Step, agrees, shape, steps


def test_a_document_is_read_into_steps(tmp_path):
    document = tmp_path / "page.md"
    document.write_text(
        "Words.\n```console\n$ echo a \\\n>   b\na b\n$ true\n```\n```text\nnot run\n```\n"
        "```python\nprint(1)\n```\nThen\n```text\n1\n```\n"
    )
    assert steps(document) == [
        Step(3, "echo a \\\n  b", "console", ["a b"]),
        Step(6, "true"),
        Step(11, "print(1)\n", "python", ["1"]),
    ]


def test_ids_times_and_widths_are_compared_by_shape():
    assert shape("AG-k73qv027y2n3  22/11/2026 06:57  ----") == "<id> <time> ---"


def test_a_lone_ellipsis_stands_for_any_lines():
    assert agrees(["a", "…", "c"], ["a", "b", "b", "c"])
    assert agrees(["…"], [])
    assert not agrees(["a", "…", "c"], ["a", "b"])
    assert not agrees(["a"], ["a", "b"])
    assert not agrees(["a", "b"], ["a"])
