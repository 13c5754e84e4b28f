"""Field encryption: what was sealed opens in its place, with its key, and nowhere else."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_gateway.access.sealing import Key, Sealer, Unsealable, make_keys, read_keys

ONE, TWO = Key("k1", bytes(range(32))), Key("k2", bytes(range(32, 64)))
PLACE = ("submissions", "input", "s1")
sealer = Sealer([ONE])


@given(st.binary(max_size=300))
def test_what_was_sealed_opens(data):
    value = sealer.seal(data, *PLACE)
    assert sealer.open(value, *PLACE) == data
    assert len(value) == 2 + 2 + 12 + len(data) + 16


def test_no_two_values_are_alike_and_none_shows_what_it_holds():
    values = {sealer.seal(b"CANARY", *PLACE) for _ in range(1000)}
    assert len({value[4:16] for value in values}) == 1000
    assert not any(b"CANARY" in value for value in values)


@pytest.mark.parametrize(
    "place",
    [
        ("attempts", "input", "s1"),
        ("submissions", "outcome", "s1"),
        ("submissions", "input", "s2"),
        ("submissions", "inpu", "ts1"),
    ],
)
def test_a_moved_value_does_not_open(place):
    with pytest.raises(Unsealable, match="moved"):
        sealer.open(sealer.seal(b"x", *PLACE), *place)


@given(st.integers(0, 10_000))
def test_a_changed_byte_is_noticed(where):
    value = bytearray(sealer.seal(b"some data", *PLACE))
    value[where % len(value)] ^= 1
    with pytest.raises(Unsealable):
        sealer.open(bytes(value), *PLACE)


@given(st.integers(0, 40))
def test_a_cut_value_is_noticed(length):
    with pytest.raises(Unsealable):
        sealer.open(sealer.seal(b"some data", *PLACE)[:length], *PLACE)


@given(st.binary(max_size=60))
def test_whatever_stands_there_the_error_is_clean(value):
    with pytest.raises(Unsealable):
        sealer.open(value, *PLACE)


def test_another_key_is_a_clean_error_without_secrets():
    value = sealer.seal(b"CANARY", *PLACE)
    with pytest.raises(Unsealable, match="not in the key file"):
        Sealer([TWO]).open(value, *PLACE)
    with pytest.raises(Unsealable, match="another key") as caught:
        Sealer([Key("k1", TWO.secret)]).open(value, *PLACE)
    assert "CANARY" not in str(caught.value)
    assert "secret" not in repr(ONE)


def test_keys_rotate_newest_first():
    rotated = Sealer([TWO, ONE])
    assert rotated.open(sealer.seal(b"old", *PLACE), *PLACE) == b"old"
    value = rotated.seal(b"new", *PLACE)
    assert value[2:4] == b"k2"
    with pytest.raises(Unsealable):
        sealer.open(value, *PLACE)


def test_the_blind_index_finds_rows_of_every_key():
    rotated = Sealer([TWO, ONE])
    assert sealer.blind("p") == sealer.blind("p") != sealer.blind("q")
    assert rotated.blind("p") != sealer.blind("p")
    assert rotated.blinds("p") == (rotated.blind("p"), sealer.blind("p"))


@pytest.mark.parametrize("keys", [[], [ONE, ONE], [Key("", bytes(32))], [Key("k:1", bytes(32))], [Key("k", bytes(16))]])
def test_unusable_keys_are_refused(keys):
    with pytest.raises(Unsealable):
        Sealer(keys)


def test_a_key_file_is_made_once_and_is_its_owners(tmp_path):
    path = tmp_path / "yidi.key"
    make_keys(path)
    first = path.read_text()
    make_keys(path)
    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert [item.name for item in tmp_path.iterdir()] == ["yidi.key"]
    (key,) = read_keys(path)
    assert (key.id, len(key.secret)) == ("k1", 32)


def test_a_key_file_may_have_remarks(tmp_path):
    make_keys(tmp_path / "a")
    (tmp_path / "b").write_text("# newest first\n\n" + (tmp_path / "a").read_text())
    assert read_keys(tmp_path / "b") == read_keys(tmp_path / "a")


@pytest.mark.parametrize("content", [b"k1:not base64!\n", b"\xff\xfe", b"k1:QQ\n"])
def test_a_spoilt_key_file_is_a_clean_error(tmp_path, content):
    (tmp_path / "k").write_bytes(content)
    with pytest.raises(Unsealable) as caught:
        Sealer(read_keys(tmp_path / "k"))
    assert "QQ" not in str(caught.value)


def test_a_missing_key_file_is_a_clean_error(tmp_path):
    with pytest.raises(Unsealable, match="FileNotFoundError"):
        read_keys(tmp_path / "nothing")
