"""What a file is, by its first line: a file that is not what its settings say is named before it is read."""

from typing import Literal

LFS = "version https://git-lfs"
PAGES = ("<!doctype", "<html", "<head", "<?xml")
UNDECODED = "\ufffd"


def wrong_kind(line: str, wanted: Literal["csv", "json", "parquet"]) -> str | None:
    """What the file is instead of `wanted`, with the cure; None if the line does not tell.

    `line` is the first line, decoded as UTF-8 with U+FFFD for what is not.
    """
    text = line.lstrip("\ufeff").lstrip()
    if text.startswith("PK\x03\x04") or text.startswith(UNDECODED * 2 + "\x11"):
        return "is a workbook or an archive; save the sheet as CSV, in UTF-8"
    if text.startswith(LFS):
        return "is a pointer of Git LFS and not the file itself; run git lfs pull"
    if text.lower().startswith(PAGES):
        return "is a web page and not the file itself; look at it in a browser, it may ask for a login"
    if line.startswith("\x1f" + UNDECODED):
        return "is compressed by gzip; give it a name that ends in .gz"
    if text.startswith("PAR1"):
        return None if wanted == "parquet" else "is Parquet; set the source's format to parquet"
    if "\x00" in text:
        return "is not text in UTF-8; save it in UTF-8"
    if wanted == "parquet":
        return "is not Parquet; set the source's format to what it is"
    if wanted == "json" and text.strip() in ("{", "["):
        return "has JSON objects over several lines; write one object a line"
    if wanted == "csv" and text.startswith('{"'):
        return "is JSON; set the source's format to json"
    return None
