# Two commands set everything up on a machine with Go and make:
#   make run    the hotline of flows/ answers calls, and the first comes from this terminal
#   make test   every test, with the race detector where a C compiler is at hand
# Besides: make sim (a call without a telephone), bench, bench-calls, soak, peers, fuzz, prompts.
GO     ?= go
BIN    := bin/rexian
PROG   := flows
NUMBER := 12366
# Left out of the race detector, since they take much of the time that the tests take, and in none of them do goroutines
# share anything: SQLite, which is C translated into Go, the arithmetic of sound and of passwords, Go's own reading of
# Go, the reading and proving of flows, and the patterns by which the commands' helps are filled. No package that keeps
# a sync.Map (encoding/xml, say): the linker may take its copy of the map for everybody's, and the detector then sees
# races that are none.
CALM   := modernc.org/sqlite/lib modernc.org/libc math math/rand/v2 rexian/media/audio rexian/media/dtmf \
          regexp regexp/syntax github.com/alecthomas/kong github.com/alecthomas/participle/v2 \
          go/types go/parser go/scanner go/ast rexian/lang/token rexian/lang/parse rexian/lang/ast \
          rexian/compiler/check rexian/compiler/graph rexian/compiler/prove rexian/compiler/types rexian/compiler/table \
          rexian/compiler/rules rexian/compiler/emit rexian/compiler/bundle rexian/compiler/hours rexian/compiler/value \
          rexian/runtime/meaning rexian/runtime/mutate rexian/runtime/witness rexian/runtime/dialer \
          rexian/locale rexian/runtime/readout rexian/media/announce \
          golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b
RACE   := $(shell command -v gcc >/dev/null 2>&1 && echo -race $(foreach p,$(CALM),-gcflags=$(p)=-race=false))

# Where `make run` listens and keeps its data: make run SIP=udp://0.0.0.0:5060 MEDIA=192.0.2.10
SIP    ?= udp://127.0.0.1:5060
MEDIA  ?= 127.0.0.1
HTTP   ?= 127.0.0.1:8080
DATA   ?= data
# apt-get where we may: as root, else by sudo.
APT    := $(shell [ "$$(id -u)" = 0 ] && echo apt-get || echo sudo apt-get)

.PHONY: explore editor all run sim build deps test test-code test-flows test-dates check bench bench-calls bench-deps soak nodes peers slow fuzz rooms model days prompts clean
all: build

build:
	@mkdir -p bin
	$(GO) build -o $(BIN) ./cmd/rexian

run: build
	$(BIN) serve --flows $(PROG) --deploy --data $(DATA) --demo --sip $(SIP) --media $(MEDIA) --http $(HTTP) --call $(NUMBER)

sim: build
	$(BIN) sim $(PROG) $(NUMBER)

# What the tests need beside Go: a PostgreSQL that they start themselves, throw-away, on a socket of their own, and a
# PgBouncer before it; and spin, without which one model is not searched, which is told.
deps:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || \
	  { echo "installing postgresql for the tests"; $(APT) update -qq && $(APT) install -y -qq --no-install-recommends postgresql; }
	@command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ] || \
	  { echo "installing pgbouncer for the tests"; $(APT) update -qq && $(APT) install -y -qq --no-install-recommends pgbouncer; }
	@command -v spin >/dev/null 2>&1 || { echo "installing spin for the tests"; \
	  $(APT) install -y -qq --no-install-recommends spin || \
	  { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends spin; } || true; }

# All of it is compiled in one way, that of the race detector: the program too, and what tests build. To compile in two
# ways takes twice as long.
TESTED := bin/rexian-tested
test test-code test-flows: export GOFLAGS := $(strip $(GOFLAGS) $(RACE))
test: deps
	@mkdir -p bin
	$(GO) build -ldflags=-w -o $(TESTED) ./cmd/rexian
	$(GO) build -ldflags=-w -o bin/vet ./laws/vet
	$(GO) vet -vettool=$(abspath bin/vet) ./...
	$(MAKE) -j2 RACE= test-code test-flows

# The two halves of make test, which run beside each other: many tests wait more than they work, so that three packages
# keep two cores busy.
test-code:
	$(GO) run ./stdlib/db/dbtest/lend $(GO) test -p 3 -vet=off -ldflags=-w -timeout 15m ./...

test-flows:
	@if command -v spin >/dev/null 2>&1; then runtime/acd/model/run.sh 1; \
	  else echo "the model of the offer protocol is not searched: there is no spin here"; fi
	$(TESTED) check $(PROG)
	$(TESTED) fmt --check $(PROG) examples
	$(TESTED) test $(PROG)
	$(TESTED) test --over sip $(foreach t,$(DOZEN),--run $(t)) $(PROG)
	$(GO) test -vet=off -ldflags=-w -run TestRandomPrograms ./runtime/explore -explore 30s

# Played over real SIP and RTP with every make test: routing, languages, menus, queues, identity, amounts and dates read
# out, filing with read-back, tickets and a recording.
DOZEN := 征期截止日发短信 贵宾直接进专席，优先 英文来电进英文专席 密码不对，回到自助查询 滞纳金计算 工单进度，催办 办税厅报出地址并转接 \
  退税进度 按0找人工，先告知录音再排队 欠税查询：报笔数和合计 建议录音受理 申报成功，发回执

check: build
	$(BIN) check $(PROG)
	$(BIN) test $(PROG)

# Against real peers: sipp, baresip, linphone and Kamailio, and Asterisk where one is found (ASTERISK=path names it; Debian
# has none). sipp replays captures through raw sockets, so it wants root.
peers:
	@for p in sipp:sip-tester baresip:baresip-core kamailio:kamailio linphonec:linphone-cli; do \
	  command -v $${p%%:*} >/dev/null 2>&1 || [ -x /usr/sbin/$${p%%:*} ] || $(APT) install -y -qq --no-install-recommends $${p##*:}; done
	$(GO) test -tags peers -count=1 -timeout 10m ./media/peers

# Nearly nine hours of our own prompts in four voices: no digit may be heard in them. And what a large workbook takes, and
# lookups while a bureau's data comes in (p50, p99, the worst, and the machine's load).
slow:
	@command -v espeak-ng >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends espeak-ng
	$(GO) test -tags slow -timeout 30m -run TestTalkOffHour ./media/dtmf
	$(GO) test -tags slow -count=1 -timeout 30m -run NeedsLittleMemory -v ./stdlib/table

# Twenty virtual days of a campaign whose calls thirty agents take: how busy they are, how many callers find nobody.
.PHONY: pace
pace:
	REXIAN_PACE_DAYS=20 $(GO) test -count=1 -run 'TestPace$$' -v ./runtime/dialer

# The editor over the shipped flows: every kind of request at every token, and with the file cut behind every token.
# EVERY=n for each n-th token.
EVERY ?= 1
.PHONY: everywhere keys mutants replayed
everywhere:
	REXIAN_LSP_EVERY=$(EVERY) $(GO) test -count=1 -timeout 4h -run 'TestEvery(Place|Half)Answers' -v ./cmd/rexian/lsp

# Ten thousand edits in a file of 2,000 lines of a program of 200 files: from the key to what is wrong, to what became of
# the rules, the processor time of each, and the memory.
KEYS ?= 10000
keys:
	$(GO) test -run '^$$' -bench Keys -benchtime $(KEYS)x ./cmd/rexian/lsp

# A day of 50,000 calls of the shipped flows runs again on a version that differs: how long it takes.
CALLS ?= 50000
replayed:
	REXIAN_DAY_CALLS=$(CALLS) $(GO) test -run '^$$' -bench Day -benchtime 1x -timeout 1h ./runtime/replay

# Two hundred slips: each gets a call that comes out differently with it, found within how long, and the refactorings.
mutants:
	REXIAN_MUTANTS=200 $(GO) test -count=1 -timeout 1h -run 'TestMutantsAreShown' -v ./runtime/meaning
	$(GO) test -tags slow -count=1 -timeout 1h -run 'TestRefactoringsAreEqual' -v ./runtime/meaning

# Announcements of carriers, in voices that no reference is of, behind bad lines: how many are right, wrong, unknown.
# UPDATE=-update makes the shipped references anew first.
.PHONY: announcements
announcements:
	@for p in espeak-ng:espeak-ng opusenc:opus-tools; do \
	  command -v $${p%%:*} >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends $${p##*:}; done
	$(if $(UPDATE),$(GO) test -tags announce -timeout 60m -run 'TestReferences|TestSamples' -update ./media/announce)
	$(GO) test -tags announce -count=1 -timeout 60m -run TestMeasure -v -bench . ./media/announce

# The words of the shipped flows, rendered: after changing prompts.
prompts: build
	@command -v espeak-ng >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends espeak-ng
	$(BIN) prompts render --characters $(PROG)

# Speeds beside other machines, from a module of its own: the product's go.mod stays clean. First that all of them compute
# the same; at the end the verdict, which budgets are held.
bench:
	cd bench && $(GO) test . && $(GO) run .

# The server under load, beside its bars and what other servers took by the same method.
# AGAINST=another rexian runs both in turns, ROUNDS of each, and prints medians, spreads and what one is of the other;
# ONLY=play,bridge,… runs those parts.
bench-calls: bench-deps build
	cd bench && $(GO) run ./calls -bin ../$(BIN) $(if $(AGAINST),-against $(abspath $(AGAINST))) \
	  $(if $(ROUNDS),-rounds $(ROUNDS)) $(if $(ONLY),-only $(ONLY))

# Five thousand calls of all endings, with bridges, agents and transfers (SOAK=1000 for fewer), and a program killed again and again: nothing may be left.
SOAK ?= 5000
soak: bench-deps build
	cd bench && $(GO) run ./calls -bin ../$(BIN) -only soak -calls $(SOAK)
	$(GO) test -tags soak -count=1 -timeout 30m -run 'Kill|RandomMixes' -v ./cmd/rexian/server

# Two servers on one database: started, killed at every boundary behind Kamailio, started anew; a deployment on both; and
# the database away for a minute under agents (REXIAN_AWAY=10m REXIAN_AWAY_AGENTS=300 REXIAN_AWAY_CALLERS=500 for more).
nodes: deps
	@command -v kamailio >/dev/null 2>&1 || [ -x /usr/sbin/kamailio ] || $(APT) install -y -qq --no-install-recommends kamailio
	$(GO) test -tags nodes -count=1 -timeout 40m -run 'TwoServers|ADeployment|CallbacksAreMade|AwayUnderAgents' -v \
	  ./cmd/rexian/server

# Two servers dial a list at fifty calls a second; one of them is killed every half minute, and the database twice. No
# telephone is called twice for one attempt, and the ledger is the callees' log, line by line.
# CAMPAIGN_TARGETS=100000 for a list of that length (35 minutes on two cores that do nothing else); CAMPAIGN_RATE=10 where the machine has other work: a
# callee that stands still says something else than it is to say, and is excused, which is counted.
CAMPAIGN_TARGETS ?= 5000
CAMPAIGN_RATE ?= 50
.PHONY: campaigns
campaigns: deps
	CAMPAIGN_TARGETS=$(CAMPAIGN_TARGETS) CAMPAIGN_RATE=$(CAMPAIGN_RATE) $(GO) test -tags campaigns -count=1 -timeout 8h \
	  -run 'TestACampaignIsKilled|TestAPauseOnTheWire|TestAnnouncementsOverCalls|TestTheOfficesTrial' -v \
	  ./cmd/rexian/server ./cmd/rexian

# A million random clocks with campaigns that overlap: nobody is called outside the hours and the law, a fourth time a
# day, or twice at once. CLOCKS for another number.
CLOCKS ?= 1000000
.PHONY: clocks
clocks:
	$(GO) test -count=1 -timeout 8h -run TestNoCallOutsideTheLaw -v ./runtime/dialer -rapid.checks=$(CLOCKS)

# From an agent's hanging up to the next INVITE at the telephone, with a claim that PostgreSQL has committed between, at
# twenty offers a second.
.PHONY: ready
ready: deps
	$(GO) test -tags nodes -count=1 -run 'TestReadyToInvite$$' -v ./cmd/rexian/server

bench-deps:
	@for p in sipp:sip-tester gcc:gcc; do \
	  command -v $${p%%:*} >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends $${p##*:}; done

# The tests on other days than today: a build of their own shifts the clock. No test depends on the day of the machine.
test-dates: deps
	DATES=$(DATES) DATED="$(DATED)" $(GO) test -tags dates -count=1 -timeout 0 -run '^TestDates$$' -v ./laws
DATES := 2026-01-01,2026-12-02,2026-12-31,2027-02-28,2028-02-29,2028-12-31
DATED := ./compiler/... ./console/... ./cmd/... ./laws/... ./number/... ./runtime/... ./stdlib/...

# Random programs that check accepts, played by random callers: EXPLORE=10m make explore for longer.
EXPLORE ?= 1m
explore:
	$(GO) test -count=1 -timeout 24h -run TestRandomPrograms -v ./runtime/explore -explore $(EXPLORE)
	REXIAN_RULE_PROGRAMS=20000 $(GO) test -count=1 -run TestASecondExplorer -v ./compiler/rules

# The offer protocol: its model is searched wholly by spin, and a thousand histories of claims from three servers are
# checked against what could have happened one step after the other.
model: deps
	@for p in spin:spin gcc:gcc; do \
	  command -v $${p%%:*} >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends $${p##*:}; done
	runtime/acd/model/run.sh 2
	REXIAN_CLAIM_HISTORIES=1000 $(GO) test -count=1 -run HistoriesOfClaims -v ./stdlib/agent

# Four servers claim 300 agents on a throw-away PostgreSQL: claims a second, and how many agents two servers had.
.PHONY: claims
claims: deps
	$(GO) test -run '^$$' -bench Claims -benchtime 20000x ./stdlib/agent

# Virtual days in the distributor: two targets by one crew against Erlang-A, waits against Erlang-C, a day of a hundred
# thousand calls decided again from its log; and how long a decision takes with 500 agents and 2,000 who wait.
days:
	REXIAN_VIRTUAL_HOURS=300 $(GO) test -count=1 -timeout 30m -run 'TwoTargets|ErlangC' -v ./runtime/acd
	$(GO) test -count=1 -timeout 30m -run DecidedAgain -v ./runtime/acd -again.calls 100000
	$(GO) test -run '^$$' -bench Decision -benchtime 50000x ./runtime/acd

# Thirty virtual days of three crews: for how many callers the wait that is announced holds, and how far it is off beside
# Asterisk's. WAIT_SEED=n for other days, WAIT_CREW=n for one crew of so many.
WAIT_SEED ?= 20261130
WAIT_CREW ?= 0
.PHONY: waits callbacks
waits:
	$(GO) test -count=1 -run AnnouncedWaits -v ./runtime/acd -waits.days 30 -waits.seed $(WAIT_SEED) \
	  -waits.crew $(WAIT_CREW)

# A hundred thousand random virtual days on which callers ask to be called back: nobody twice, nobody out of turn.
CALLBACK_DAYS ?= 100000
callbacks:
	$(GO) test -count=1 -timeout 6h -run RandomCallbacks ./runtime/acd -rapid.checks=$(CALLBACK_DAYS)

# A hundred thousand random days of agents at several servers that are killed, whose clocks are set and whose telephones
# move: each second of an agent is in one row. AGENT_SEED for other days.
AGENT_DAYS ?= 100000
AGENT_SEED ?= 1
.PHONY: agentdays
agentdays:
	REXIAN_AGENT_DAYS=$(AGENT_DAYS) REXIAN_AGENT_SEED=$(AGENT_SEED) $(GO) test -count=1 -timeout 1h \
	  -run TestAgentsDaysAreWhole -v ./cmd/rexian/server
	REXIAN_LEG_DAYS=2000 $(GO) test -count=1 -timeout 1h -run TestLegsOfRandomCalls -v ./stdlib/call

# What bridges do to sound and keys on bad lines, in virtual time: delay, holes, drift, keys that arrive.
.PHONY: sound
sound:
	$(GO) test -count=1 -v -run 'BridgeDelay|LossIsConcealed|BridgeDrains|BridgeDrift|InBandKeys|KeysPassABridgeThatLoses' \
	  ./media/rtp

# Three hundred sequences of joining, leaving, holding and supervising, with real sound: a tone for each party.
rooms:
	$(GO) test -count=1 -timeout 30m -run TestSoundOfSequences -v ./runtime/room -sequences 300

# A minute of each fuzz target; FUZZTIME=10m make fuzz for longer.
FUZZTIME ?= 20s
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p || exit 1; \
	  done; done

# VS Code's own protocol library drives the language server once over flows/.
editor: build
	cd editors/vscode && npm install --no-audit --no-fund --ignore-scripts && node drive.js ../../$(BIN) ../../$(PROG)

# An outside judge: z3 decides a hundred random questions of rules, written from the programs as Horn clauses.
.PHONY: judge
judge:
	@command -v z3 >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends z3
	$(GO) test -tags judge -count=1 -run TestOutsideJudge -v ./compiler/rules

# Sixty variants of the hotline, each with one rule broken: that rule and no other is refuted, by a call that plays.
.PHONY: rules
rules:
	REXIAN_RULE_VARIANTS=all $(GO) test -count=1 -run TestVariantsOfTheHotline -v ./runtime/witness

# Two hundred slips in the hotline, drawn by a seed: each gets a call that, played on both, comes out differently.
.PHONY: slips
slips:
	REXIAN_MUTANTS=200 $(GO) test -count=1 -timeout 30m -run TestMutantsAreShown -v ./runtime/meaning

# The cards of the language, printed as their readers would: four sheets of A4 each, at ten points.
.PHONY: cards
cards:
	@command -v chromium >/dev/null 2>&1 || $(APT) install -y -qq --no-install-recommends chromium
	@fc-list :lang=zh | grep -q . || $(APT) install -y -qq --no-install-recommends fonts-wqy-zenhei
	$(GO) test -tags cards -count=1 -run TestCardsPrint -v ./laws

clean:
	rm -rf bin
