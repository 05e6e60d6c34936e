.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format serve cluster-test prove bench-pipeline bench-ingest bench-features bench-training constraints clean

BIN := .venv/bin
CONFIG ?= conf/local.yml
LOGS ?=
LAKE ?= lake/$(or $(notdir $(patsubst %/,%,$(LOGS))),simulated)
MODEL ?= $(LAKE)/model
PORT ?= 8000

unexport SPARK_HOME SPARK_CONF_DIR PYSPARK_PYTHON PYSPARK_DRIVER_PYTHON PYTHONPATH # another Spark's, not .venv's

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## Make .venv with all that is needed (PYTHON=... and JAVA_HOME=... choose)
	@PYTHON='$(PYTHON)' setup/environment.sh

demo: setup ## From raw logs to scores; LOGS=<folder> reads your logs, LAKE=<folder> takes the tables
	@$(BIN)/python jobs/pipeline.py --config '$(CONFIG)' --set 'lake.root=$(LAKE)' $(if $(LOGS),--set 'ingest.logs=$(LOGS)')
	@echo; echo 'One request to the service, and its answer'; log='$(LAKE)/serving.log'; \
		$(BIN)/python -m serving --model '$(MODEL)' --port 0 >"$$log" 2>&1 & server=$$!; trap 'kill $$server' EXIT; \
		until url=$$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' "$$log") && [ "$$url" ]; do \
			kill -0 $$server || { cat "$$log"; exit 1; }; sleep 0.1; done; \
		$(BIN)/python -m serving.client "$$url" '$(MODEL)/example.json'
	@echo; echo "Next: make serve MODEL='$(MODEL)'"

test: setup ## Run all tests, two at a time
	@$(BIN)/pytest -n 2 --no-loadscope-reorder

lint: setup ## Check style, types, and which room imports which
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo >.venv/imports.log || { cat .venv/imports.log; exit 1; }
	@! grep -rnE '\.(sparkContext|_jvm|_jsc|rdd|persist|unpersist|cache|localCheckpoint)\b' --include='*.py' \
		churn_spark jobs serving | grep -v '^churn_spark/session.py' || \
		{ echo 'Only churn_spark/session.py may know the kind of session: see its first lines'; exit 1; }

format: setup ## Put the code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

serve: setup ## Answer requests with the exported model (MODEL=<folder>, PORT=8000)
	@$(BIN)/python -m serving --model '$(MODEL)' --port '$(PORT)'

cluster-test: setup ## Run the pipeline on a Spark cluster of two workers on this machine
	@$(BIN)/pytest tests/jobs/test_cluster.py

prove: setup ## What takes too long for every change: many kills; CASES=<folder> adds logs and sources with faults
	@KILLS=10 $(BIN)/pytest -q tests/jobs/test_ingest_faults.py tests/jobs/test_pipeline.py
	@$(if $(CASES),$(BIN)/python -m tests.prove.cases '$(CASES)')

bench-pipeline: setup ## Measure a run of the demo, stage by stage: seconds, Spark jobs, commits, idle seconds
	@$(BIN)/python -m tests.benchmarks.bench_pipeline $(if $(LOGS),--logs $(LOGS))

bench-ingest: setup ## Measure ID recovery, bronze and the quality gate; LOGS=<folder> adds logs, SCALING=10 a size
	@$(BIN)/python -m tests.benchmarks.bench_recovery --logs $(LOGS)
	@$(BIN)/python -m tests.benchmarks.bench_bronze $(if $(SCALING),--scaling $(SCALING))
	@$(BIN)/python -m tests.benchmarks.bench_quality '$(or $(firstword $(LOGS)),build/benchmarks/simulated-7936/logs)'

bench-features: setup ## Measure features and point-in-time joins against plain ways to compute them
	@$(BIN)/python -m tests.benchmarks.bench_features

bench-training: setup ## Measure training against plain ways to fit, and many fits at once against Spark's own way
	@$(BIN)/python -m tests.benchmarks.bench_training

constraints: ## Pin anew what setup.py asks for, keeping the pins that still fit
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate \
		--custom-compile-command 'make constraints' --output-file constraints.txt setup.py

clean: ## Remove all that can be made again, but for the lake
	@rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
