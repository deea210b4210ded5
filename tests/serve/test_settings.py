from pathlib import Path

import pytest

from salver.data.errors import SettingsError
from salver.serve.settings import load_settings

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "salver.toml"


def load(tmp_path, toml="", **environ):
    file = tmp_path / "salver.toml"
    file.write_text(toml, encoding="utf-8")
    return load_settings(file, environ)


def test_without_a_file_everything_has_a_value(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environ={"HOME": "/x"})
    assert settings.file is None
    assert settings.store == "sqlite:///.salver/store.db"
    assert settings.shelf == Path(".salver/bundles")
    assert settings.company.languages == ("de", "en")


def test_the_sample_company_can_be_read():
    settings = load_settings(SAMPLE, {})
    assert settings.team == SAMPLE.parent / "agents.toml"
    assert settings.company.owns("info@elmtalwerke.example")
    assert dict(settings.company.contact).keys() == {"de", "en"}
    assert "customer_no" in dict(settings.company.patterns)


def test_the_file_in_the_working_directory_is_taken_unless_another_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "salver.toml").write_text("port = 1")
    (tmp_path / "b.toml").write_text("port = 2")
    (tmp_path / "c.toml").write_text("port = 3")
    assert load_settings(environ={}).port == 1
    assert load_settings(environ={"SALVER_SETTINGS": "b.toml"}).port == 2
    assert load_settings(Path("c.toml"), {"SALVER_SETTINGS": "b.toml"}).port == 3


def test_the_environment_wins_over_the_file(tmp_path):
    toml = 'port = 1\nnever_answer = ["a"]\n[company]\nname = "Alt"\nown = ["@Alt.example"]'
    settings = load(
        tmp_path, toml, SALVER_PORT="2", SALVER_COMPANY_NAME="Neu", SALVER_NEVER_ANSWER="x, y", SALVER_MAX_ERROR="0.05"
    )
    assert (settings.port, settings.company.name, settings.company.own) == (2, "Neu", ("@alt.example",))
    assert (settings.never_answer, settings.max_error) == (("x", "y"), 0.05)


def test_an_intent_may_have_a_stricter_bound_but_no_laxer_one(tmp_path):
    settings = load(tmp_path, "[max_error_of]\ntariff_change = 0.005\nmove = 0.02")
    assert settings.stricter(0.02) == {"tariff_change": 0.005, "move": 0.02}
    assert load(tmp_path).stricter(0.02) == {}
    with pytest.raises(SettingsError) as error:
        settings.stricter(0.01)
    assert str(error.value) == (
        f"{tmp_path}/salver.toml: max_error_of.move is 0.02, which is laxer than the bound of all answers, 0.01. "
        "Bounds of single intents can only be stricter: lower it, or raise max_error."
    )


def test_paths_in_the_file_are_relative_to_it(tmp_path):
    settings = load(tmp_path, 'home = "data"\nteam = "/etc/agents.toml"', SALVER_BUNDLE="b")
    assert (settings.home, settings.team, settings.bundle) == (tmp_path / "data", Path("/etc/agents.toml"), Path("b"))


@pytest.mark.parametrize(("written", "share"), [("0", 0), ("1", 1), ("0.25", 0.25)])
def test_none_or_all_answers_may_be_set_aside(tmp_path, written, share):
    assert load(tmp_path, f"audit_share = {written}").audit_share == share
    assert load(tmp_path, SALVER_AUDIT_SHARE=written, SALVER_BOUND_DAYS="30").audit_share == share
    assert (load(tmp_path).audit_share, load(tmp_path).bound_days) == (0.05, 180)


def test_secrets_are_not_shown(tmp_path):
    settings = load(tmp_path, 'tokens = "geheim"\nstore_url = "postgresql://u:pass@h/d"')
    assert settings.tokens == ("geheim",)
    assert "geheim" not in repr(settings)
    assert "pass" not in repr(settings)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("prot = 8080", "There is no setting prot. Did you mean port?"),
        ("[company]\nlanguage = 1", "There is no setting company.language. Did you mean company.languages?"),
        ('languages = ["de"]', "There is no setting languages. Did you mean company.languages?"),
        ("zzzzz = 1", "There is no setting zzzzz. The keys are home, store_url, bundle,"),
        ("port = '8080'", "port must be a whole number from 0 to 65535, not '8080'. Correct it."),
        ("port = 70000", "port must be a whole number from 0 to 65535, not 70000. Correct it."),
        ("port = true", "port must be a whole number from 0 to 65535, not True. Correct it."),
        ("max_error = 2", "max_error must be a number between 0 and 1, not 2. Correct it."),
        ("max_error_of = 0.01", "max_error_of must be a table in the settings file, not 0.01. Correct it."),
        (
            "[max_error_of]\nmove = 2",
            "max_error_of of move must be a number between 0 and 1, not 2. Correct it.",
        ),
        ("audit_share = 1.5", "audit_share must be a number from 0 to 1, not 1.5. Correct it."),
        ("audit_share = true", "audit_share must be a number from 0 to 1, not True. Correct it."),
        ("bound_days = 0", "bound_days must be a whole number from 1 to 36500, not 0. Correct it."),
        ("home = 1", "home must be a text, not 1. Correct it."),
        ("never_answer = 'x'", 'never_answer must be a list of texts such as ["a", "b"], not \'x\'. Correct it.'),
        ("tokens = [1]", 'tokens must be a list of texts such as ["a", "b"]. Correct it.'),
        ("company = 1", "There is no setting company. Did you mean"),
        ("[company]\nown = ['x.org']", 'company.own holds "x.org": write an address, or @x.org for all addresses of a'),
        (
            "[company]\nlanguages = ['German']",
            'company.languages must be a list of language codes such as ["de", "en"]',
        ),
        ("[company]\ncontact = 'x'", "company.contact must be a table in the settings file, not 'x'. Correct it."),
        ("[patterns]\norder_no = '('", "patterns holds no regular expression for order_no: missing ),"),
        (
            "[patterns]\norder_no = 'x*'",
            "patterns holds an expression for order_no that finds the empty text everywhere.",
        ),
        ("port = ", "This is no TOML: Invalid value (at end of document). Correct that line."),
    ],
)
def test_what_cannot_be_is_told_with_key_and_file(tmp_path, toml, says):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, toml)
    assert str(error.value).startswith(f"{tmp_path}/salver.toml: {says}")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SALVER_PROT", "1", "environment: There is no setting SALVER_PROT. Did you mean SALVER_PORT?"),
        ("SALVER_PORT", "http", "environment, SALVER_PORT: port must be a whole number from 0 to 65535, not 'http'."),
        (
            "SALVER_MAX_ERROR",
            "x",
            "environment, SALVER_MAX_ERROR: max_error must be a number between 0 and 1, not 'x'.",
        ),
        (
            "SALVER_PATTERNS",
            "x",
            "environment, SALVER_PATTERNS: patterns must be a table in the settings file, not 'x'.",
        ),
    ],
)
def test_the_environment_is_checked_like_the_file(tmp_path, name, value, says):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **{name: value})
    assert str(error.value).startswith(says)


def test_a_missing_settings_file_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"no.toml: There is no such file. Check the path."):
        load_settings(tmp_path / "no.toml", {})


def test_a_signature_and_how_a_person_is_reached_are_said_by_language_and_for_du(tmp_path):
    file = tmp_path / "salver.toml"
    file.write_text(
        '[company.signature]\nde = """\nIhre Elmtalwerke\nAm Wehr 12"""\n[company.contact]\nde-du = "Ruf an."\n'
    )
    company = load_settings(file, {}).company
    assert dict(company.signature) == {"de": "Ihre Elmtalwerke\nAm Wehr 12"}
    assert dict(company.contact) == {"de-du": "Ruf an."}
    file.write_text('[company.signature]\ngerman = "x"\n')
    with pytest.raises(SettingsError, match="language codes"):
        load_settings(file, {})
