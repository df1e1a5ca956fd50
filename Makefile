# SPDX-License-Identifier: Apache-2.0
# What one does with this package. `make` alone lists it.

SWIFT ?= swift
# How long `make fuzz` runs each target.
SECONDS ?= 60
# Passed on: make test FILTER=ModulusTests, make bench ARGS=--help, and anything to swift build of a release.
FILTER ?=
ARGS ?=
BUILD_FLAGS ?=

# Our Swift sources; generated ones (*.pb.swift) are not ours to format.
swift_sources = find Package.swift Sources Tests Benchmarks -name '*.swift' ! -name '*.pb.swift' -print0

.DEFAULT_GOAL := help
.PHONY: help deps demo test bench peers format lint kernels secrets threads fuzz clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Installs the GMP development files where they are missing
	@Scripts/deps.sh

demo: deps ## Builds he and shows encrypted scoring on two real models
	$(SWIFT) build -c release $(BUILD_FLAGS) --product he
	@Scripts/demo.sh "$$($(SWIFT) build -c release --show-bin-path)/he"

test: deps ## Builds and runs every test, with all contracts checked
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest $(if $(FILTER),--filter $(FILTER))

bench: deps ## Builds and runs the benchmarks (ARGS=…)
	$(SWIFT) build -c release $(BUILD_FLAGS) --product he-bench
	@"$$($(SWIFT) build -c release --show-bin-path)/he-bench" $(ARGS)

peers: deps ## Times other libraries in turns with this one (ARGS=…); see Benchmarks/peers
	$(SWIFT) build -c release $(BUILD_FLAGS) --product he-bench
	@Benchmarks/peers/run.sh "$$($(SWIFT) build -c release --show-bin-path)/he-bench" $(ARGS)

format: ## Formats our Swift sources in place
	@$(swift_sources) | xargs -0 $(SWIFT) format format --in-place --parallel

lint: ## Checks format, documentation, layers, licence lines and file lengths
	@$(swift_sources) | xargs -0 $(SWIFT) format lint --strict --parallel
	@Scripts/check_imports.sh

kernels: ## Tests the kernels alone: every instruction set, sanitizers, Arm emulated
	@Scripts/test_kernels.sh
	@Scripts/test_neon.sh

secrets: deps ## Shows that no branch and no address depends on a secret
	$(SWIFT) build -c release $(BUILD_FLAGS) --product secret-path
	@Scripts/test_secrets.sh "$$($(SWIFT) build -c release --show-bin-path)/secret-path"

threads: deps ## Looks for data races where tasks share an evaluator (builds everything anew: minutes)
	@Scripts/test_threads.sh

fuzz: deps ## Feeds hostile bytes to every reader (SECONDS=60)
	@Scripts/fuzz.sh $(SECONDS)

clean: ## Removes what was built
	$(SWIFT) package clean
