"""Cases made of real ones."""

from pathlib import Path

from bench.recombine import SAMPLE, Source, parted, pools, recombined, stock_of

ROWS = """{"text": "Wo bleibt meine Karte denn nur? Die Karte ist seit Wochen unterwegs. Danke", "intent": "card"}
{"text": "Ich warte immer noch auf die Karte.", "intents": ["card"], "answer": "Sie kommt."}
{"text": "Beim Bezahlen ist meine Karte defekt.", "intents": ["card", "defect"]}
{"text": "Mein Passwort geht leider nicht mehr.", "intent": "password", "lang": "de"}
{"text": "Passwort vergessen", "intent": "password", "lang": "de"}
{"intent": "password"}
"""
CARD = (
    Source(sentences=("Wo bleibt meine Karte denn nur?", "Die Karte ist seit Wochen unterwegs."), answer=""),
    Source(sentences=("Ich warte immer noch auf die Karte.",), answer="Sie kommt."),
)
PASSWORD = Source(sentences=("Mein Passwort geht leider nicht mehr.",), answer="")


def test_sentences_stay_with_their_intent_and_short_ones_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(ROWS, "utf-8")
    assert stock_of(file) == {("card", ""): list(CARD), ("password", "de"): [PASSWORD]}


def test_a_text_is_made_of_sentences_of_one_intent_and_is_the_same_every_time() -> None:
    stock = {("card", ""): CARD, ("password", "de"): [PASSWORD]}
    cases = list(recombined(stock, 200))
    assert cases == list(recombined(stock, 200))
    assert {one.intent for one in cases} == {"card", "password"}
    assert all(("Karte" in one.text) == (one.intent == "card") for one in cases)
    assert all(part in one.text for one in cases for part in one.parts)
    assert {one.answer for one in cases if one.text.startswith("Ich warte")} == {"Sie kommt."}


def test_texts_of_the_sample_company_hardly_ever_come_twice_and_those_for_the_test_are_others() -> None:
    known, held = parted(stock_of(SAMPLE))
    texts = {one.text for one in recombined(known, 20_000)}
    assert len(texts) > 19_000
    assert not texts & {one.text for one in recombined(held, 2000)}


def test_texts_of_different_pools_share_no_sentence() -> None:
    made = [{part for one in recombined(pool, 500) for part in one.parts} for pool in pools(stock_of(SAMPLE), 3)]
    greetings = made[0] & made[1] & made[2]
    assert len(greetings) < 5
    assert len(made[0] & made[1]) < len(made[0]) / 20
