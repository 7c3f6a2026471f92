# `make demo` and `make test` do all the set-up on a fresh Debian 12 machine with Go 1.26, Node 20 and make.
SHELL := /bin/bash
ORT := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/harrier/libonnxruntime.so.1
WEB := console/web

.PHONY: setup web build demo test race lint bench fuzz soak clean

setup:
	@./setup.sh

web: $(WEB)/dist/index.html

$(WEB)/dist/index.html: $(WEB)/package-lock.json $(WEB)/openapi.json $(WEB)/index.html $(WEB)/vite.config.ts $(wildcard $(WEB)/src/* $(WEB)/src/*/*) | setup
	@cd $(WEB) && { [ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --prefer-offline; } && touch node_modules && npm run --silent build

build: setup web
	@mkdir -p bin && ort="$${HARRIER_ORT:-$(ORT)}" && cp -u "$$ort" "$$(dirname "$$ort")"/ppocr-* bin/ && go build -o bin/harrier ./cmd/harrier && echo "built bin/harrier"

demo: build
	@bin/harrier demo $(ARGS)

test:
	@./setup.sh test
	@$(MAKE) --no-print-directory build
	go test -parallel 6 -timeout 40m ./...

race:
	@./setup.sh test
	@$(MAKE) --no-print-directory build
	go test -race -parallel 6 -timeout 50m ./...

lint: build
	go vet ./...
	cd geo/peers && go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench: build
	@./setup.sh bench
	go test -run '^$$' -bench . ./geo ./vision/... ./dock/docksim/town
	cd geo/peers && go test -run '^$$' -bench .

# every fuzz target, two minutes each; findings stay as corpus under testdata/fuzz
FUZZTIME ?= 120s
fuzz:
	@set -e; for p in $$(go list ./geo/... ./vision ./vision/dataset ./vision/still ./vision/watch ./dock/cloudapi ./dock/enroll ./missions ./missions/book ./missions/wpml ./leads ./evidence/proof); do for f in $$(go test -list '^Fuzz' $$p | grep ^Fuzz); do \
	  echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p; done; done

# every decoder of messages from docks, an hour together
SOAKTIME ?= 3600s
soak:
	@log="$$(mktemp)"; { go test ./dock/cloudapi -run '^$$' -fuzz '^FuzzDecode$$' -fuzztime $(SOAKTIME) 2>&1; echo "exit $$?"; } | tee "$$log" | grep -v '^exit'; \
	if grep -q '^exit 0$$' "$$log"; then rc=0; \
	elif [ "$$(sed -n '/^--- FAIL/{n;p;}' "$$log")" = "    context deadline exceeded" ] && ! grep -q 'Failing input' "$$log"; then rc=0; \
		echo "no finding: Go's fuzzer takes the input under way when its time is over for a failure (golang/go issue 75804); a finding writes a failing input"; \
	else rc=1; fi; rm "$$log"; exit $$rc

clean:
	rm -rf bin $(WEB)/dist $(WEB)/node_modules
