"""`make verify-statistics`: every number of the verification is printed, and its claims must hold."""

import sys

import pytest

from tests.long import verify_statistics


def test_intervals_cover_and_save_patients(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["verify_statistics"])
    failed = verify_statistics.main()
    report = capsys.readouterr().out
    with capsys.disabled():
        print(report)
    assert failed == 0, report
