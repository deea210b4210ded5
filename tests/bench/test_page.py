"""The page of figures keeps what others wrote."""

from pathlib import Path

from bench.page import origin, table, write_section


def test_a_page_begins_with_what_it_is_and_holds_sections_in_the_order_they_came(tmp_path: Path) -> None:
    page = tmp_path / "figures.md"
    write_section(page, "bound", "## The bound\n\n0.02")
    write_section(page, "search", "## Search\n\n1 ms\n")
    text = page.read_text("utf-8")
    assert text.startswith("# Benchmarks\n")
    assert text.endswith(
        "\n\n<!-- begin:bound -->\n## The bound\n\n0.02\n<!-- end:bound -->"
        "\n\n<!-- begin:search -->\n## Search\n\n1 ms\n<!-- end:search -->\n"
    )


def test_a_section_written_again_takes_its_old_place_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "figures.md"
    page.write_text("# Mine\n\n<!-- begin:a -->\nold \\1\n<!-- end:a -->\n\nBy hand.\n", "utf-8")
    for text in ("new \\g<0>", "new \\g<0>"):
        write_section(page, "a", text)
    assert page.read_text("utf-8") == "# Mine\n\n<!-- begin:a -->\nnew \\g<0>\n<!-- end:a -->\n\nBy hand.\n"


def test_a_name_that_begins_another_is_another_section(tmp_path: Path) -> None:
    page = tmp_path / "figures.md"
    for name in ("side-by-side-a-10", "side-by-side-a"):
        write_section(page, name, name.upper())
    assert page.read_text("utf-8").count("SIDE-BY-SIDE-A") == 2


def test_a_section_says_how_on_what_and_on_how_many_cores(tmp_path: Path) -> None:
    assert origin("python -m bench.search --json", "Data: made-up vectors").startswith(
        "`python -m bench.search --json`\n\nData: made-up vectors. 20"
    )
    assert " cores, Python 3." in origin("python -m bench.search", "Data: none")


def test_a_table_has_text_first_and_figures_after() -> None:
    assert table(["", "top-1"], [["salver", "0.9"]]) == "|  | top-1 |\n| --- | ---: |\n| salver | 0.9 |"
