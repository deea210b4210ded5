from datetime import UTC, datetime
from pathlib import Path

import pytest

from salver.data.errors import BundleError
from salver.models.shelf import Shelf

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for name in ("first", "second", "third"):
        put(tmp_path, name)
    return Shelf(tmp_path)


def put(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "manifest.json").write_text("{}")


def test_only_whole_bundles_have_names(shelf: Shelf) -> None:
    put(shelf.folder, ".fourth.being-written")
    (shelf.folder / "notes").mkdir()
    assert shelf.names() == ("first", "second", "third")
    assert shelf.path("second") == shelf.folder / "second"


def test_a_missing_folder_has_no_bundles_and_no_champion(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "nowhere")
    assert (shelf.names(), shelf.champion, shelf.history()) == ((), None, ())


@pytest.mark.parametrize("name", ["fourth", "", "..", "first/../second", "champion"])
def test_an_unknown_name_lists_the_names_there_are(shelf: Shelf, name: str) -> None:
    with pytest.raises(BundleError) as caught:
        shelf.promote(name, "better", AT)
    assert str(caught.value) == f'{shelf.folder}: there is no bundle "{name}". There are: first, second, third.'
    assert shelf.champion is None


def test_a_promoted_bundle_is_the_champion_and_the_history_says_why(shelf: Shelf) -> None:
    shelf.promote("first", "the first", AT)
    shelf.promote("second", "3 points better", AT)
    assert Shelf(shelf.folder).champion == "second"
    assert [move.to_json() for move in shelf.history()] == [
        {"at": "2026-03-01T09:30:00+00:00", "what": "promote", "from": None, "to": "first", "because": "the first"},
        {"at": "2026-03-01T09:30:00+00:00", "what": "promote", "from": "first", "to": "second",
         "because": "3 points better"},
    ]  # fmt: skip


def test_promoting_the_champion_again_changes_nothing(shelf: Shelf) -> None:
    shelf.promote("first", "no champion yet", AT)
    shelf.promote("first", "once more", AT)
    assert len(shelf.history()) == 1


def test_rolling_back_twice_goes_back_by_two(shelf: Shelf) -> None:
    for name in ("first", "second", "third"):
        shelf.promote(name, "better", AT)
    assert [shelf.rollback(AT), shelf.rollback(AT)] == ["second", "first"]
    assert shelf.champion == "first"
    with pytest.raises(BundleError, match=r'nothing to roll back to: "first" is the first champion\. There are: first'):
        shelf.rollback(AT)


def test_after_a_rollback_a_new_champion_rolls_back_to_where_it_came_from(shelf: Shelf) -> None:
    shelf.promote("first", "better", AT)
    shelf.promote("second", "better", AT)
    shelf.rollback(AT)
    shelf.promote("third", "better", AT)
    assert shelf.rollback(AT) == "first"


def test_without_a_champion_there_is_nothing_to_roll_back_to(shelf: Shelf) -> None:
    with pytest.raises(BundleError, match="nothing to roll back to: no champion yet"):
        shelf.rollback(AT)


def test_a_bundle_whose_folder_is_gone_is_not_rolled_back_to(shelf: Shelf) -> None:
    shelf.promote("first", "better", AT)
    shelf.promote("second", "better", AT)
    (shelf.folder / "first").rename(shelf.folder / ".gone")
    with pytest.raises(BundleError, match='there is no bundle "first"'):
        shelf.rollback(AT)
    assert shelf.champion == "second"


def test_a_move_that_was_written_down_but_not_made_does_not_count(shelf: Shelf) -> None:
    shelf.promote("first", "better", AT)
    shelf.promote("second", "better", AT)
    (shelf.folder / "champion").write_text("first\n")  # as if the machine had stopped before the pointer was renamed
    assert [move.after for move in shelf.history()] == ["first"]
    shelf.promote("third", "better", AT)
    assert [move.after for move in shelf.history()] == ["first", "third"]
    assert shelf.rollback(AT) == "first"


def test_a_torn_line_of_the_history_is_no_move_and_spoils_no_other(shelf: Shelf) -> None:
    shelf.promote("first", "better", AT)
    with (shelf.folder / "history.jsonl").open("a") as file:
        file.write('{"at": "2026-03-01T09:3')
    shelf.promote("second", "better", AT)
    assert [move.after for move in shelf.history()] == ["first", "second"]


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    shelf = Shelf(blocked)
    with pytest.raises(BundleError, match=r"cannot be written \(.+\)\. Make room or give the right to write"):
        shelf.rollback(AT)
