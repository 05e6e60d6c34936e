"""The package as others get it, and the set-up that installs it."""

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from churn_spark import __version__

ROOT = Path(__file__).parent.parent
CONSTRAINTS = (ROOT / "constraints.txt").read_text()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """What the wheel says of itself."""
    return message_from_bytes(zipfile.ZipFile(wheel).read(f"churn_spark-{__version__}.dist-info/METADATA"))


@pytest.fixture(scope="module")
def pins() -> dict[str, list[Version]]:
    """The versions that constraints.txt pins, by package; several where they depend on the Python."""
    found: dict[str, list[Version]] = {}
    for line in CONSTRAINTS.splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            (specifier,) = pin.specifier
            found.setdefault(canonicalize_name(pin.name), []).append(Version(specifier.version))
    return found


def environment_sh(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "setup" / "environment.sh"], env={**os.environ, **variables}, capture_output=True, text=True
    )


def test_importing_the_package_leaves_spark_alone() -> None:
    program = "import sys, churn_spark; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    folders = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert folders == {"churn_spark", "serving", f"churn_spark-{__version__}.dist-info"}


def test_wheel_holds_the_templates_of_the_report(wheel: Path) -> None:
    templates = {file.name for file in (ROOT / "churn_spark" / "evaluation" / "templates").iterdir()}
    names = zipfile.ZipFile(wheel).namelist()
    assert templates
    assert {Path(name).name for name in names if name.startswith("churn_spark/evaluation/templates/")} == templates


def test_version_comes_from_the_package(metadata: Message) -> None:
    assert metadata["Version"] == __version__
    assert __version__ not in (ROOT / "setup.py").read_text() + (ROOT / "pyproject.toml").read_text()


def test_every_requirement_is_pinned_within_its_range(metadata: Message, pins: dict[str, list[Version]]) -> None:
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    outside = [
        str(requirement)
        for requirement in requirements
        if not all(v in requirement.specifier for v in pins.get(canonicalize_name(requirement.name), [Version("0")]))
    ]
    assert requirements
    assert outside == []


def test_constraints_name_no_address() -> None:
    assert "://" not in CONSTRAINTS


def test_jar_of_delta_is_the_one_that_its_python_package_is_made_for(pins: dict[str, list[Version]]) -> None:
    jar = ElementTree.parse(ROOT / "setup" / "jars.xml").find(".//dependency[@org='io.delta']")
    assert jar is not None
    assert [Version(jar.attrib["rev"])] == pins["delta-spark"]


def test_setup_without_java_says_in_a_line_how_to_get_it(tmp_path: Path) -> None:
    refused = environment_sh(JAVA_HOME=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith(
        f"Java 17 or newer is needed, but JAVA_HOME={tmp_path} is no Java: install it with '"
    )
    assert refused.stderr.count("\n") == 1


def test_setup_without_python_says_in_a_line_how_to_get_it(tmp_path: Path) -> None:
    refused = environment_sh(PYTHON=f"{tmp_path}/python3")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith(
        f"Python 3.11 or newer is needed, but {tmp_path}/python3 does not run: install it with '"
    )
    assert refused.stderr.count("\n") == 1
