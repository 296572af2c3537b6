# Everything that is done to terrace: build, test, show, measure.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO ?= cargo
CLOUD ?= sim
# Where a LocalStack that tests and the demo start listens.
export TERRACE_LOCALSTACK_PORT ?= 4566
# Random tests draw the same cases in every run; another seed draws others.
export PROPTEST_RNG_SEED ?= 20261122

.PHONY: help
help: ## Shows what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Builds terrace, optimised, as target/release/terrace
	$(CARGO) build --release --locked

.PHONY: demo
demo: ## Plans, applies, grows and destroys examples/shop; CLOUD=localstack does so through the real AWS SDK
	@bash demo/run $(CLOUD)

.PHONY: test
test: test-core test-localstack ## Passes every test, LocalStack's among them; starts and stops what it needs

.PHONY: test-core
test-core: ## Passes the tests that need no AWS
	$(CARGO) test --locked

.PHONY: test-localstack
test-localstack: ## Passes the plugin's tests and the scenarios on LocalStack
	localstack/test
	bash tests/localstack/run

.PHONY: lint
lint: ## Checks format, lints and licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --log-level error check; \
	else echo "cargo-deny is not installed: licences and advisories are not checked"; fi

.PHONY: bench
bench: build ## Measures plan and apply beside terraform where it is installed, and counts API calls
	bash benches/run

.PHONY: install
install: ## Installs terrace into cargo's bin folder
	$(CARGO) install --locked --path .
