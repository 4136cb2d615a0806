# Few targets; .ci/run is what has to be green.
GO ?= go
GOLANGCI_LINT_VERSION := v2.15.0
GOBIN := $(shell $(GO) env GOPATH)/bin
FUZZTIME ?= 60s

.PHONY: build test lint gen bench interop fuzz

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/loyal ./cmd/loyal

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

# Needs Python; makes its own virtual environment.
interop:
	LOYAL_INTEROP=1 $(GO) test -count=1 -timeout 40m -run Interop ./...

fuzz:
	.ci/fuzz $(FUZZTIME)
