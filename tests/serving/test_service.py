"""The service as a process: start, refusal to start, one request by the client."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *map(str, arguments)], capture_output=True, text=True, timeout=60)


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running service's address and process."""
    command = [sys.executable, "-m", "serving", "--model", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split(" on ")[1].split()[0], process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def url(model_folder: Path) -> Iterator[str]:
    with service(model_folder) as (address, _):
        yield address


def test_the_client_prints_request_and_answer(url: str, model_folder: Path) -> None:
    done = run("serving.client", url, model_folder / "example.json")
    example = json.loads((model_folder / "example.json").read_text())
    assert done.returncode == 0
    assert f'"user_id": "{example["request"]["user_id"]}"' in done.stdout
    answer = json.loads(done.stdout[done.stdout.index("{\n") :])
    expected = example["response"]["churn_probability"]
    assert answer["churn_probability"] == pytest.approx(expected, abs=1e-6)


def test_the_client_shows_why_a_request_is_refused(url: str, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text('{"user_id": "u1", "features": {"songs_7d": 1, "balance": 0}}')
    done = run("serving.client", url, request)
    assert done.returncode == 3
    assert "feature 'error_rate_30d' is missing" in done.stderr


def test_the_service_prints_nothing_about_requests(model_folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "request.json"
    wrong.write_text('{"user_id": "u1", "features": {}}')
    with service(model_folder) as (address, process):
        assert run("serving.client", address, model_folder / "example.json").returncode == 0
        assert run("serving.client", address, wrong).returncode == 3
        process.terminate()
        assert process.communicate(timeout=30)[0] == ""


def test_the_client_without_a_service_ends_with_one_sentence(model_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        unused = f"http://127.0.0.1:{taken.getsockname()[1]}"
    done = run("serving.client", unused, model_folder / "example.json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"no answer from {unused}" in done.stderr


def test_a_damaged_folder_is_not_served(model_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model_folder, tmp_path / "copy"))
    content = bytearray((copy / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.onnx").write_bytes(content)
    done = run("serving", "--model", copy)
    assert done.returncode == 2
    assert done.stderr == f"error: {copy}/model.onnx does not match SHA256SUMS: export the model again\n"


def test_a_taken_port_ends_with_one_sentence(url: str, model_folder: Path) -> None:
    port = url.rsplit(":", 1)[1]
    done = run("serving", "--model", model_folder, "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_the_service_loads_no_spark_and_no_training() -> None:
    script = (
        "import sys, serving.__main__, serving.client\n"
        "print({'pyspark', 'xgboost', 'pandas', 'onnx', 'churn_spark'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("set()\n", 0)
