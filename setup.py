"""The package: metadata, what it needs, and nothing that pyproject.toml's tools are told."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'^__version__ = "(.+)"$', (HERE / "churn_spark" / "__init__.py").read_text("utf-8"), re.M)
README = HERE / "README.md"

EXTRAS = {
    "spark": [  # tables, features, training, scoring
        "pyspark>=4.2,<4.3",
        "delta-spark==4.4.0",  # with the JARs of setup/jars.xml
        "filelock>=4.2,<5",  # commits of two jobs on one disk
        "pandas>=2.3,<3",  # PySpark 4.2 warns about pandas 3
        "pyarrow>=25,<26",
        "msgspec>=0.22,<0.23",  # log lines into typed values
        "numpy>=2.3,<3",
        "scikit-learn>=1.9,<2",
        "imbalanced-learn>=0.14,<0.15",  # SMOTE and undersampling, compared
        "optuna>=5,<6",  # a search that learns from what it tried
        "scipy>=1.17,<2",  # whether errors can be chance
        "xgboost-cpu>=3.2,<3.3; sys_platform != 'darwin'",  # 3.3 needs Python 3.12
        "xgboost>=3.2,<3.3; sys_platform == 'darwin'",  # where it has no GPU part to leave out
        "mlflow>=3.17,<4",
        "great-expectations>=1.24,<2",
        "Jinja2>=3.1,<4",
        "MarkupSafe>=3,<4",
        "urllib3>=2.8,<3",  # JSON pages of REST services
        "onnx>=1.23,<2",
        "onnxmltools>=1.16,<2",
        "onnxruntime>=1.31,<2",
    ],
    "serving": [  # predictions from the exported folder, without Spark
        "fastapi>=0.165,<1",
        "uvicorn>=0.54,<1",
        "onnxruntime>=1.31,<2",
        "numpy>=2.3,<3",
    ],
    "dev": [
        "playwright>=1.65,<2",  # drives the system's Chromium in the tests of the report
        "pytest>=9.2,<10",
        "pytest-xdist>=3.8,<4",
        "chispa>=0.12,<1",
        "hypothesis>=6.170,<7",
        "duckdb>=2,<3",  # features once more, to compare with
        "httpx>=0.28,<1",  # FastAPI's test client
        "import-linter>=2.17,<3",
        "ruff>=0.17,<0.18",
        "mypy>=2.4,<3",
        "pandas-stubs>=2.3,<3",
        "types-PyYAML>=6,<7",
        "pre-commit>=4.7,<5",
        "build>=1.6,<2",
        "setuptools>=77",
        "uv>=0.13,<1",  # resolves constraints.txt
        "nbclient>=0.10,<1",
        "ipykernel>=7,<8",
        "pgserver>=0.1.4,<0.2; python_version < '3.13'",  # PostgreSQL for the tests where the system has none
    ],
}

setup(
    name="churn-spark",
    version=VERSION[1] if VERSION else None,
    description="From raw event logs to Delta feature tables, churn scores and a small prediction service",
    long_description=README.read_text("utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=find_packages(include=["churn_spark*", "serving*"]),
    package_data={"churn_spark.evaluation": ["templates/*"]},
    install_requires=[
        "pydantic>=2.14,<3",
        "PyYAML>=6,<7",
        "tzdata>=2025.2",  # the time zones of customers, where the system has none
    ],
    extras_require=EXTRAS,
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering",
    ],
)
