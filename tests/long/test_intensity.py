"""`make verify-statistics`: the independent intensity agrees, and notices every multiplier that is left out."""

import sys

import pytest

from tests.long import verify_intensity


def test_independent_intensity_agrees_and_catches_every_missing_multiplier(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["verify_intensity"])
    failed = verify_intensity.main()
    report = capsys.readouterr().out
    with capsys.disabled():
        print(report)
    assert failed == 0, report
