"""Where the records of customers are looked up."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from salver.data.errors import RecordsError, SettingsError
from salver.serve.records import CsvRecords, HttpRecords, records_of

TABLE = "Email,Customer No,Meter-No\nanna@post.example,4951127,1EMT77\ntwo@post.example,1,\nTWO@post.example,2,\n,9,\n"


def test_a_table_gives_the_facts_of_one_customer_by_the_kinds_of_slots(tmp_path: Path) -> None:
    file = tmp_path / "records.csv"
    file.write_text(TABLE, "utf-8")
    records = CsvRecords(file)
    assert records.find("Anna@Post.example") == {"customer_no": "4951127", "meter_no": "1EMT77"}
    assert records.find("nobody@post.example") == {}
    assert records.find("two@post.example") == {}, "two customers with one address are nobody"
    assert records.find("") == {}


def test_a_changed_table_is_read_again_and_a_missing_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "records.csv"
    file.write_text(TABLE, "utf-8")
    records = CsvRecords(file)
    records.find("anna@post.example")
    file.write_text(TABLE.replace("4951127", "70"), "utf-8")
    assert records.find("anna@post.example")["customer_no"] == "70"
    file.unlink()
    with pytest.raises(RecordsError, match=r"records.csv: the table of records cannot be read\."):
        records.find("anna@post.example")
    file.write_text("name,number\nAnna,7\n", "utf-8")
    with pytest.raises(RecordsError, match="has no column email"):
        records.find("anna@post.example")


ANSWERS = {"anna@post.example": (200, {"Customer No": 4951127, "tariff": "Öko", "none": None})}
SHOWN = list[str | None]()
TOKEN = "a token of the test"


class Desk(BaseHTTPRequestHandler):
    """Answers as a company's own system would."""

    def do_GET(self) -> None:
        SHOWN.append(self.headers["Authorization"])
        (email,) = parse_qs(urlsplit(self.path).query)["email"]
        status, body = ANSWERS.get(email, (404, {}))
        self.send_response({"down@post.example": 500, "list@post.example": 200}.get(email, status))
        self.end_headers()
        self.wfile.write(b"[1]" if email.startswith("list") else json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def desk() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Desk)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/customers?email={{email}}"
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_is_asked_and_nobody_found_is_no_error() -> None:
    with desk() as url:
        records = HttpRecords(url, token=TOKEN)
        assert records.find("anna@post.example") == {"customer_no": "4951127", "tariff": "Öko"}
        assert records.find("nobody+1&x@post.example") == {}
        assert set(SHOWN) == {f"Bearer {TOKEN}"}
        with pytest.raises(RecordsError, match="It answers 500"):
            records.find("down@post.example")
    with desk() as url, pytest.raises(RecordsError, match="does not answer with one JSON object"):
        HttpRecords(url).find("list@post.example")


def test_an_address_that_does_not_answer_is_left_alone_for_a_while() -> None:
    with desk() as url:
        pass
    records = HttpRecords(url)
    with pytest.raises(RecordsError, match="the records do not answer"):
        records.find("anna@post.example")
    with pytest.raises(RecordsError, match="did not a moment ago"):
        records.find("anna@post.example")


def test_a_setting_names_a_file_or_an_address() -> None:
    assert records_of("") is None
    assert isinstance(records_of("records.csv"), CsvRecords)
    assert isinstance(records_of("https://crm.example/{email}"), HttpRecords)
    with pytest.raises(SettingsError, match=r"there is no \{email\} in the address"):
        records_of("https://crm.example/customers")
