"""每个差错代码都有中文说明和办法。"""

import re
import tomllib
from pathlib import Path

import schemas.codec

ROOT = Path(schemas.codec.__file__).parents[1]


def test_every_codec_error_has_its_message() -> None:
    """代码与说明一一对应；说明只引用差错会给出的事实。"""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "schemas").glob("*.py")]
    raised = {code for text in sources for code in re.findall(r'"(codec\.[a-z_]+)"', text)}
    errors: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "messages").glob("zh_CN*.toml")):
        errors |= tomllib.loads(path.read_text(encoding="utf-8")).get("error", {})
    written = {code: entry for code, entry in errors.items() if code.startswith("codec.")}
    assert set(written) == raised
    assert all(entry["todo"] for entry in written.values())
    facts = {fact for entry in written.values() for fact in re.findall(r"{(\w+)}", entry["text"])}
    assert facts == {"event", "field", "found", "size"}
