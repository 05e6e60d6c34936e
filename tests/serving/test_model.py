"""Which folders are loaded, and which refused."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from serving.model import ModelRefused, load_model


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "copy"))


def sign(folder: Path) -> None:
    """Write SHA256SUMS anew, as one would who changes a file on purpose."""
    files = [path for path in sorted(folder.iterdir()) if path.name != "SHA256SUMS"]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.parametrize("name", ["model.onnx", "model.ubj", "contract.json", "example.json", "SHA256SUMS"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelRefused, match=name):
        load_model(copy)


def test_a_folder_without_a_booster_is_served(copy: Path) -> None:
    (copy / "model.ubj").unlink()
    sign(copy)
    assert "model.ubj" not in load_model(copy).checksums


def test_a_folder_that_is_no_export_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=f"no exported model in {tmp_path}"):
        load_model(tmp_path)


def test_checksums_that_leave_a_file_out_are_refused(copy: Path) -> None:
    (copy / "example.json").rename(copy.parent / "example.json")
    sign(copy)
    with pytest.raises(ModelRefused, match="SHA256SUMS does not list just contract"):
        load_model(copy)


def test_a_model_that_answers_its_example_otherwise_is_refused(copy: Path) -> None:
    example = json.loads((copy / "example.json").read_text())
    example["response"]["churn_probability"] += 1e-4
    (copy / "example.json").write_text(json.dumps(example))
    sign(copy)
    with pytest.raises(ModelRefused, match="answers its own example with"):
        load_model(copy)


@pytest.mark.parametrize("name", ["model.onnx", "contract.json", "example.json"])
def test_a_signed_file_of_another_format_is_refused(copy: Path, name: str) -> None:
    (copy / name).write_text("{}")
    sign(copy)
    with pytest.raises(ModelRefused, match="not of the format this service reads"):
        load_model(copy)
