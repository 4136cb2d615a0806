# Few targets; .ci/run is what has to be green.
GO ?= go
GOLANGCI_LINT_VERSION := v2.15.0
GOBIN := $(shell $(GO) env GOPATH)/bin
FUZZTIME ?= 60s

.PHONY: build test lint gen bench interop interop-chain fuzz

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/loyal ./cmd/loyal

test:
	$(GO) test ./...

lint: $(GOBIN)/golangci-lint
	$(GO) vet ./...
	$(GOBIN)/golangci-lint run --allow-parallel-runners ./...

$(GOBIN)/golangci-lint:
	$(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

gen:
	$(GO) generate ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Needs Python and the real model; makes its own virtual environments. Each package with such tests is named here: one
# at a time, so that what they report is seen at once. Where the shared test data lies beside the repository, it tells
# where the model is.
interop:
	@if [ -z "$$LOYAL_REALDATA" ] && [ -x ../shared/data/get-real.sh ]; then \
	  LOYAL_REALDATA=$$(../shared/data/get-real.sh | tail -n 1); export LOYAL_REALDATA; \
	fi; \
	if [ -z "$$LOYAL_REALDATA" ]; then \
	  echo "set LOYAL_REALDATA to the directory that holds SmolLM2-135M-Instruct.Q4_1.gguf" >&2; exit 2; \
	fi; \
	set -x; LOYAL_INTEROP=1 $(GO) test -count=1 -v -p 1 -timeout 40m -run Interop ./inference ./interop

# Needs Node: a license bought by viem.
interop-chain:
	LOYAL_INTEROP=1 $(GO) test -count=1 -v -run InteropChain ./interop

fuzz:
	.ci/fuzz $(FUZZTIME)
