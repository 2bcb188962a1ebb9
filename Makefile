# Wirewatch. `make` prints the help.

SHELL   := /bin/bash
PREFIX  ?= /usr/local
DESTDIR ?=
DATA    ?= .wirewatch
SEED    ?= 1

# The release build links the Swift runtime in, shares no objects with the debug build, and so has a folder of its own.
RELEASE_BUILD := .build-release
RELEASE       := $(RELEASE_BUILD)/release/wirewatch
FORMATTED     := Package.swift Sources Tests $(wildcard Benchmarks/Package.swift Benchmarks/Sources)

.PHONY: help run test check prove setup setup-tests setup-bench build release lint format floors guide smoke bench bench-parse bench-match bench-fetch bench-deliver bench-schedule fuzz test-sanitized prove-delivery soak completions manual install deb prove-deb prove-service clean
.DEFAULT_GOAL := help

help: ## print this list
	@echo 'make run      build Wirewatch, fetch the feeds of feeds.opml and show what touches a topic of topics.yaml'
	@echo 'make test     every check: format, floor plan, guide, build without warnings, tests, a walk through the program'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / && $$1 !~ /^(run|test)$$/ { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'Variables: PREFIX=$(PREFIX) (install), DESTDIR= (packaging), DATA=$(DATA) (where `make run` keeps its database)'

run: setup release ## see above
	@scripts/run-samples '$(RELEASE)' '$(DATA)'

test: setup-tests ## see above
	@$(MAKE) --no-print-directory check

check: lint floors guide ## what `make test` does, without looking for Debian packages
	swift build --build-tests --quiet
	swift test --skip-build --disable-xctest --skip 'WireFetchTests|WireAlertsTests|WireWebTests|WireDaemonTests|WirePipelineTests'
	@# Transfers and services are timed by their limits: they run apart from the tests that keep every core busy.
	swift test --skip-build --disable-xctest --filter WireFetchTests
	swift test --skip-build --disable-xctest --filter 'WireWebTests|WireDaemonTests|WirePipelineTests'
	swift test --skip-build --disable-xctest --filter WireAlertsTests
	@$(MAKE) --no-print-directory smoke

setup: ## install the Debian packages the build needs, check the Swift version
	@scripts/setup

setup-tests: ## the same, with the packages the tests need
	@scripts/setup --tests

setup-bench: ## the same, with the packages the measurements need
	@scripts/setup --bench

prove: setup-tests ## compare the rule engine with a naive reader over a million pairs of queries and articles (SEED=)
	swift build --build-tests --quiet
	WIREWATCH_PROVE_ROUNDS=100 WIREWATCH_PROVE_SEED=$(SEED) swift test --skip-build --disable-xctest --filter DifferentialTests

build: setup ## build for debugging, in .build
	swift build

release: ## build for release, with the Swift runtime linked in
	@scripts/build-release '$(RELEASE_BUILD)'

lint: ## check the form of the sources
	swift format lint --strict --recursive --parallel --configuration .swift-format $(FORMATTED)

format: ## put the sources into form
	swift format --in-place --recursive --parallel --configuration .swift-format $(FORMATTED)

floors: ## check every import against docs/floor-plan.txt
	@scripts/check-floors
	@scripts/check-floors-test

guide: ## check that the paths the documents name exist
	@scripts/check-guide

smoke: ## walk through the debug program: fetch the samples twice, match, parse
	@scripts/smoke .build/debug/wirewatch

bench: setup-bench release ## measure against the C floors (docs/performance.md); takes some minutes
	@Benchmarks/run

bench-parse: setup-bench ## measure the parser alone against libxml2's SAX2 pass (docs/performance.md); takes two minutes
	@Benchmarks/run parse

bench-match: setup-bench ## measure the rule engine alone against a token index in C++ (docs/performance.md); takes some minutes
	@Benchmarks/run --rounds $(or $(ROUNDS),5) match

bench-fetch: setup-bench release ## measure rounds of FEEDS=10000 from nginx against floors in C (docs/performance.md); takes some minutes
	@Benchmarks/run --feeds $(or $(FEEDS),10000) --rounds $(or $(ROUNDS),3) fetch

bench-deliver: setup-bench ## measure delivery to a sink on this machine (docs/performance.md); takes two minutes
	@Benchmarks/run deliver

fuzz: setup ## feed parser, queries and words with what a fuzzer makes up, for SECONDS=120 in all; findings go to Fuzz/findings
	@scripts/fuzz $(or $(SECONDS),120)

test-sanitized: setup-tests ## run the parser's tests under the address and the thread sanitizer
	@scripts/test-sanitized

bench-schedule: setup-bench ## replay four weeks of 4,000 feeds with each way to plan their polls, print the delays
	swift build -c release --static-swift-stdlib --package-path Benchmarks --product ScheduleBenchmark --quiet
	@Benchmarks/.build/release/ScheduleBenchmark

prove-delivery: setup release ## kill a delivering fetch 10,000 times and count what arrives; takes a quarter of an hour
	@scripts/prove-delivery '$(RELEASE)' --kills 10000

soak: setup release ## run the service through DAYS=30 with FEEDS=5000 and faults, SPEED=720 times as fast; takes an hour
	@scripts/soak '$(RELEASE)' --days $(or $(DAYS),30) --feeds $(or $(FEEDS),5000) --speed $(or $(SPEED),720)

completions: release ## write shell completions to completions/
	@mkdir -p completions
	'$(RELEASE)' --generate-completion-script bash > completions/wirewatch.bash
	'$(RELEASE)' --generate-completion-script zsh > completions/_wirewatch
	'$(RELEASE)' --generate-completion-script fish > completions/wirewatch.fish

manual: release ## write the manual pages to man/, from what the program says of itself
	@scripts/write-manual '$(RELEASE)' man

install: release completions manual ## install the program, its manual, its completions and its units below PREFIX
	install -D -m 755 '$(RELEASE)' '$(DESTDIR)$(PREFIX)/bin/wirewatch'
	install -D -m 644 completions/wirewatch.bash '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/wirewatch'
	install -D -m 644 completions/_wirewatch '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_wirewatch'
	install -D -m 644 completions/wirewatch.fish '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/wirewatch.fish'
	install -d '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 644 man/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1/'
	install -d '$(DESTDIR)$(PREFIX)/lib/systemd/system' '$(DESTDIR)$(PREFIX)/lib/sysusers.d'
	for unit in systemd/*.service systemd/*.timer $(wildcard systemd/*.socket); do \
	    sed 's|/usr/bin/wirewatch|$(PREFIX)/bin/wirewatch|' $$unit > '$(DESTDIR)$(PREFIX)/lib/systemd/system/'$${unit##*/}; \
	done
	install -d '$(DESTDIR)/etc/wirewatch'
	install -d -m 700 '$(DESTDIR)/etc/wirewatch/credentials'
	install -m 644 systemd/wirewatch.sysusers '$(DESTDIR)$(PREFIX)/lib/sysusers.d/wirewatch.conf'

deb: setup release ## build a Debian package, in packages/
	@scripts/build-deb '$(RELEASE)' packages

prove-deb: deb ## install, run, remove and purge the package in a clean Debian; needs root, lintian, debootstrap
	@scripts/prove-deb packages/wirewatch_*.deb

prove-service: deb ## boot a clean Debian with its own systemd and try the package's service there; needs root, debootstrap, systemd-nspawn
	@scripts/prove-service packages/wirewatch_*.deb

clean: ## remove everything built (not the data of `make run`)
	rm -rf .build $(RELEASE_BUILD) Benchmarks/.build Benchmarks/results completions man packages
