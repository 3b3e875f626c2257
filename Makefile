# Two commands set everything up on a machine with Go and make:
#   make run    a call in the terminal on flows/
#   make test   every test, with the race detector where a C compiler is at hand
GO     ?= go
BIN    := bin/rexian
PROG   := flows
NUMBER := 12366
RACE   := $(shell command -v gcc >/dev/null 2>&1 && echo -race)

.PHONY: all run build test vet fmt check bench fuzz clean
all: build

build:
	@mkdir -p bin
	$(GO) build -o $(BIN) ./cmd/rexian

run: build
	$(BIN) sim $(PROG) $(NUMBER)

test: build
	$(GO) vet ./...
	$(GO) test $(RACE) -timeout 8m ./...
	$(BIN) check $(PROG)
	$(BIN) fmt --check $(PROG) examples
	$(BIN) test $(PROG)

check: build
	$(BIN) check $(PROG)
	$(BIN) test $(PROG)

# Speeds beside other machines, from a module of its own: the product's go.mod stays clean.
bench:
	cd bench && $(GO) run . 

# A minute of each fuzz target; FUZZTIME=10m make fuzz for longer.
FUZZTIME ?= 20s
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

clean:
	rm -rf bin
