"""Signed notes, checkpoints and cosignatures, against published examples."""

import base64

import pytest

from fairway.ledger.checkpoints import Signer, verifies
from fairway.rules.notes import (
    COSIGNATURE,
    ED25519,
    Head,
    Key,
    Note,
    Signature,
    Submission,
    checkpoint_text,
    cosigned_at,
    read_head,
    read_key,
    read_note,
    read_signatures,
    read_submission,
    signatures_of,
)

# The example of the Go module that the format comes from
# (golang.org/x/mod/sumdb/note, note_test.go, BSD 3-clause).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of C2SP tlog-cosignature (c2sp.org/tlog-cosignature, CC BY 4.0).
COSIGNED = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOo"
    "RDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5O"
    "WXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_the_published_note_verifies():
    key = read_key(GO_KEY)
    assert (key.name, key.type, key.id.hex(), str(key)) == (
        "PeterNeumann", ED25519, "c74f20a3", GO_KEY
    )  # fmt: skip
    note = read_note(GO_NOTE)
    assert str(note) == GO_NOTE
    assert verifies(key, note)
    assert not verifies(key, note._replace(text=note.text.replace("think", "thought")))
    (signature,) = note.signatures
    for changed in (
        signature._replace(name="Somebody"),
        signature._replace(id=bytes(4)),
        signature._replace(content=signature.content[:-1]),
    ):
        assert not verifies(key, note._replace(signatures=(changed,)))


def test_the_published_checkpoint_is_read():
    note = read_note(COSIGNED)
    assert str(note) == COSIGNED
    head = read_head(note.text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint_text(head) == note.text
    assert cosigned_at(note.signatures[1]) == 1679315147
    with pytest.raises(ValueError, match="cosignature"):
        cosigned_at(note.signatures[0])


def test_a_node_signs_and_cosigns_under_keys_of_their_own():
    signer, other = Signer(bytes(32)), Signer(bytes([1]) * 32)
    note = read_note(signer.sign(3, bytes(32)))
    assert signer.read(str(note)) == Head(signer.key.name, 3, bytes(32))
    assert other.read(str(note)) is None
    assert signer.read(str(note) + "\n") is None
    assert signer.read("nothing") is None
    assert verifies(read_key(str(signer.key)), note)
    line = other.cosign(note.text, 1_700_000_000)
    assert cosigned_at(line) == 1_700_000_000
    both = Note(note.text, (*note.signatures, line))
    key = read_key(str(other.witness_key))
    assert key.type == COSIGNATURE
    assert verifies(key, both)
    assert verifies(signer.key, both)
    later = (1_700_000_001).to_bytes(8, "big") + line.content[8:]
    assert not verifies(key, Note(note.text, (line._replace(content=later),)))
    assert not verifies(key, Note(note.text, (line._replace(content=b"short"),)))
    assert signatures_of(key, both.signatures) == [line]
    assert len({signer.key.public, signer.witness_key.public}) == 2


@pytest.mark.parametrize(
    "written",
    ["", "a+b", "a+00000000+AQ==", GO_KEY.replace("c7", "c8"), GO_KEY.replace("Peter", "Pet r"),
     "n+00000000+!!", "n+00000000+"],
)  # fmt: skip
def test_what_is_no_key_is_refused(written):
    with pytest.raises(ValueError, match="key"):
        read_key(written)


def test_a_key_of_another_type_is_refused():
    with pytest.raises(ValueError, match="not known"):
        read_key(str(Key("n", 9, bytes(32))))


@pytest.mark.parametrize(
    "note",
    ["", "text\n", "text\n\n", "\n\n— a AAAAAAA=\n", "text\n\nnot a line\n", "text\n\n— a AAAA\n",
     "text\n\n— a AAAAAAA=", "te\txt\n\n— a AAAAAAA=\n", "text\n\n— a !!!!\n",
     "text\n\n— AAAAAAA=\n"],
)  # fmt: skip
def test_what_is_no_note_is_refused(note):
    with pytest.raises(ValueError, match="note"):
        read_note(note)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    ["", "log\n", f"log\n-1\n{ROOT}\n", f"log\n01\n{ROOT}\n", "log\n1\nAAAA\n", f"\n1\n{ROOT}\n",
     f"log\nx\n{ROOT}\n", "log\n1\n!\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(ValueError, match="checkpoint"):
        read_head(text)


def test_a_checkpoint_may_say_more():
    assert read_head(f"log\n1\n{ROOT}\nmore\n") == Head("log", 1, bytes(32))


def test_a_submission_is_what_was_written():
    asked = Submission(5, (bytes(32), bytes([1]) * 32), COSIGNED)
    assert read_submission(str(asked)) == asked
    assert read_submission(str(Submission(0, (), COSIGNED))) == Submission(0, (), COSIGNED)


@pytest.mark.parametrize(
    "body",
    ["", "old 1\n", "new 1\n\nnote", "old 01\n\nnote", "old -1\n\nnote", "old x\n\nnote",
     "old 1\nAAAA\n\nnote", "old 1\n!\n\nnote", "old 1\n" + (ROOT + "\n") * 64 + "\nnote"],
)  # fmt: skip
def test_what_is_no_submission_is_refused(body):
    with pytest.raises(ValueError, match="request"):
        read_submission(body)


def test_signature_lines_are_read_by_themselves():
    line = Signature("a", b"1234", b"signature")
    assert read_signatures(str(line) * 2) == (line, line)
