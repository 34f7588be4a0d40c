# SPDX-License-Identifier: Apache-2.0
"""The lines of Python in the README do what they say."""

import pathlib
import re

README = pathlib.Path(__file__).parents[2] / "README.md"


def test_lines_of_python(tmp_path, monkeypatch):
    section = README.read_text(encoding="utf-8").split("### From Python\n")[1].split("\n#")[0]
    lines = re.findall(r"^    ((?!pip).*)$", section, flags=re.MULTILINE)
    assert len(lines) > 5
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.txt").write_bytes(b"All is well. " * 100)
    names = {}
    exec("\n".join(lines), names)
    assert names["data"] == b"All is well. " * 100
    assert names["part"] == names["data"][500:520]
