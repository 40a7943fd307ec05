# The one interface of the project: `make help` lists what it can do.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
# More words for the program behind a target: make test ARGS="tests/libs -k money".
ARGS ?=

.PHONY: help
help: ## Show this list
	@printf 'Argosy. Targets:\n'
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: venv
venv: ## Create .venv with everything a developer needs (done by the targets that need it)
	@tools/venv.sh requirements.txt requirements-embedded.txt requirements-dev.txt

.PHONY: runtime-venv
runtime-venv:
	@tools/venv.sh requirements.txt requirements-embedded.txt

.PHONY: run
run: runtime-venv ## Start the whole shop on this machine, with its own database and broker
	@$(PY) -m tools.run $(ARGS)

.PHONY: reset
reset: runtime-venv ## Forget everything that `make run` has stored
	@$(PY) -m tools.run reset

.PHONY: test
test: venv system-packages lint types imports ## Check and test everything
	@$(PY) -m pytest -m "not chaos" $(ARGS)

.PHONY: system-packages
system-packages: venv
	@$(PY) -m tools.system_packages

.PHONY: lint
lint: venv ## Check style and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

.PHONY: format
format: venv ## Repair style and format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

.PHONY: types
types: venv ## Check types
	@$(PY) -m mypy

.PHONY: imports
imports: venv ## Check who may import whom
	@.venv/bin/lint-imports --no-logo --no-cache

.PHONY: lock
lock: ## Write the locks from the .in files (newest versions: ARGS=--upgrade)
	@tools/lock.sh $(ARGS)

.PHONY: replay
replay: venv $(if $(filter cluster,$(PROFILE)),system-packages) ## Replay real invoices and compare every book: FILE= [LIMIT= SPEED= PROFILE= CONCURRENCY=]
	@$(PY) -m tools.replay $(if $(FILE),"$(FILE)") $(if $(LIMIT),--limit $(LIMIT)) $(if $(SPEED),--speed $(SPEED)) \
		$(if $(PROFILE),--profile $(PROFILE)) $(if $(CONCURRENCY),--concurrency $(CONCURRENCY)) $(ARGS)

.PHONY: load-catalog
load-catalog: venv ## Load real products and account for every row: FILE= [BASE_URL=]
	@$(PY) -m tools.load_catalog "$(FILE)" $(if $(BASE_URL),--base-url $(BASE_URL)) $(ARGS)

.PHONY: seed
seed: venv ## Fill a running shop with made-up articles: [SIZE=100|100k|1M BASE_URL=]
	@$(PY) -m tools.seed $(if $(SIZE),--size $(SIZE)) $(if $(BASE_URL),--base-url $(BASE_URL)) $(ARGS)

.PHONY: bench-catalog
bench-catalog: venv system-packages ## Measure reads of the catalog, up to a million products
	@$(PY) -m bench.catalog $(ARGS)

.PHONY: bench
bench: venv system-packages ## Measure the speed
	@$(PY) -m bench $(ARGS)

.PHONY: chaos
chaos: venv system-packages ## Kill processes under load and check the promises
	@$(PY) -m pytest -m chaos $(ARGS)

.PHONY: new-service
new-service: venv system-packages ## Make a service that passes every test, with chart and image: NAME= [ONE=]
	@$(PY) -m tools.new_service "$(NAME)" $(if $(ONE),--one "$(ONE)")

.PHONY: clients
clients: venv ## Write the Python and TypeScript clients of the API into build/clients
	@$(PY) -m tools.clients $(ARGS)

.PHONY: check-clients
check-clients: venv ## Fetch the TypeScript compiler and check both clients with it
	@npm ci --prefix tools/clients --silent --no-audit --no-fund
	@$(PY) -m pytest tests/tools/clients $(ARGS)

.PHONY: charts
charts: venv ## Write what the charts take from the code
	@$(PY) -m tools.charts write

.PHONY: render
render: venv ## Render every chart into build/rendered
	@$(PY) -m tools.charts render

.PHONY: lint-charts
lint-charts: venv ## Check every chart, and that none has to be written again
	@$(PY) -m tools.charts lint

.PHONY: package
package: venv ## Make the archives of the charts in build/charts, always with the same bytes
	@$(PY) -m tools.charts package

.PHONY: rules
rules: venv system-packages ## Write the alert rules and dashboards that the code decides, and check all rules
	@$(PY) -m tools.monitoring write

.PHONY: k8s
k8s: venv ## Write the manifests that follow from which services there are
	@$(PY) -m tools.manifests

.PHONY: base-image
base-image: venv ## Make a base image of Debian's packages, where no registry is in reach
	@$(PY) -m tools.images.base

.PHONY: images
images: venv ## Build the image of every service, and one of all: [ARGS="orders carts"]
	@$(PY) -m tools.images.build $(ARGS)

.PHONY: sbom
sbom: venv ## Write each image's bill of materials, checked against its files: [ARGS="orders carts"]
	@$(PY) -m tools.images.sbom $(ARGS)

.PHONY: sign
sign: venv ## Sign the packaged charts: ARGOSY_SIGNING_KEYRING= ARGOSY_SIGNING_KEY=, or cosign on the path
	@$(PY) -m tools.release sign

.PHONY: release
release: venv ## Publish images, and under the tag of a version signed charts and its page: REGISTRY=
	@REGISTRY="$(REGISTRY)" $(PY) -m tools.release release

.PHONY: docs
docs: venv ## Write the pages of docs/ that follow from the code: tables, settings, facts
	@$(PY) -m tools.docs

.PHONY: env-example
env-example: venv ## Write .env.example: every setting with its meaning and default
	@$(PY) -m tools.env_example

.PHONY: kind
kind: venv ## Create a kind cluster that has the images of `make images`
	@$(PY) -m tools.cluster kind

.PHONY: kind-down
kind-down: venv ## Remove the kind cluster
	@$(PY) -m tools.cluster kind-down

.PHONY: install
install: venv ## Install the shop with servers of its own on the cluster of KUBECONFIG, to try it
	@$(PY) -m tools.cluster install

.PHONY: e2e-cluster
e2e-cluster: venv ## Install there, then upgrade, roll back and scale under load, and report
	@$(PY) -m tools.cluster e2e-cluster

VALUES ?= k8s/overlays/staging/values.yaml
.PHONY: deploy
deploy: venv ## Upgrade the shop there, test it by an order, and undo what fails: [VALUES= NAMESPACE=]
	@$(PY) -m tools.cluster deploy $(foreach file,$(VALUES),--values $(file)) $(if $(NAMESPACE),--namespace $(NAMESPACE))
