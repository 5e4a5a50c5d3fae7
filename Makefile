# Tenor. `make run` and `make test` do everything; `make help` lists the rest.
MODE ?= release
BUILD := build/$(MODE)
GEN := $(BUILD)/gen
CC ?= cc
PKGS := lua5.4 libpq hiredis libevent libevent_pthreads jansson libcurl libsodium xgboost zlib expat libcrypto
JOBS ?= $(shell nproc)
SEEDS ?= 2000
FUZZ_SECONDS ?= 60
PREFIX ?= /usr/local

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wno-format-nonliteral
FLAGS_release  := -O2 -g -D_FORTIFY_SOURCE=2
FLAGS_debug    := -O0 -g3
FLAGS_asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan     := -O1 -g -fsanitize=thread
FLAGS_coverage := -O0 -g --coverage
FLAGS_fuzz     := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(FLAGS_$(MODE)),)
$(error MODE must be release, debug, asan, tsan, coverage or fuzz)
endif
CFLAGS := -std=c17 -D_GNU_SOURCE -Iengine -I. -I$(GEN) $(WARN) $(FLAGS_$(MODE)) $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(EXTRA_CFLAGS)
LDFLAGS := $(FLAGS_$(MODE)) -rdynamic $(EXTRA_LDFLAGS)
# JSON is many small pieces, freed by another thread than made them: jemalloc is cheaper there than the C library.
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm
LDLIBS += $(if $(filter release,$(MODE)),-ljemalloc)

# tests/harness/torture.c stands in front of malloc; a sanitizer does so already, there the linker helps.
WRAP := $(if $(filter asan tsan,$(MODE)),$(foreach f,malloc calloc realloc free strdup reallocarray,-Wl,--wrap=$(f)))

# Everything but main.c is the product's library; tests and benches link it.
ROOMS := engine/base engine/io engine/locale engine/book engine/rails experiments dsl models engine/store engine/stream \
         connectors connectors/ledger connectors/iso20022 connectors/sandbox engine/flow engine/sim engine/api engine/cli
LIB_SRC := $(foreach r,$(ROOMS),$(wildcard $(r)/*.c)) $(wildcard engine/wire.c)
UNIT_SRC := $(sort $(filter-out tests/bench/% tests/fuzz/%,$(wildcard tests/*/*.c)))
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_MAIN := $(if $(BENCH_SRC),$(shell grep -l '^int main' $(BENCH_SRC)))
BENCHES := $(BENCH_MAIN:tests/bench/%.c=$(BUILD)/bench/%)
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)

# C made from other files: named SQL, migrations, embedded files (scripts/README.md).
SQL_ROOMS := $(foreach r,$(ROOMS),$(if $(wildcard $(r)/*.sql),$(r)))
SQL_H := $(foreach r,$(SQL_ROOMS),$(GEN)/$(notdir $(r))_sql.h)
MIGRATIONS := $(foreach r,$(ROOMS),$(sort $(wildcard $(r)/migrations/*.sql)))
EMBED := $(sort $(wildcard engine/*/web/* engine/*/templates/*))
GEN_SRC := $(SQL_H:.h=.c) $(GEN)/migrations.c $(GEN)/embed.c

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(GEN_SRC:.c=.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(BUILD)/%.o)

.PHONY: all deps run test test-long unit tidy sim bench benches fuzz fuzzers coverage install help clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
all: build/tenor

build/tenor: $(BUILD)/tenor FORCE
	@ln -sfn $(MODE)/tenor $@
$(BUILD)/tenor: $(BUILD)/engine/main.o $(BUILD)/libtenor.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/libtenor.a: $(LIB_OBJ) $(BUILD)/list/lib
	@rm -f $@; ar rcs $@ $(LIB_OBJ)
$(BUILD)/unit: $(UNIT_OBJ) $(GEN)/suites.o $(BUILD)/libtenor.a $(BUILD)/list/unit
	$(CC) $(LDFLAGS) $(WRAP) -o $@ $(UNIT_OBJ) $(GEN)/suites.o $(BUILD)/libtenor.a $(LDLIBS) -lcunit

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(BENCH_MAIN),$(BENCH_SRC))) $(BUILD)/libtenor.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(FUZZERS): $(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libtenor.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(GEN)/suites.c: $(UNIT_SRC) scripts/suites.sh $(BUILD)/list/unit
	@mkdir -p $(@D)
	scripts/suites.sh $(filter %_test.c,$(UNIT_SRC)) > $@
define sql_rules
$(GEN)/$(notdir $(1))_sql.h: $(wildcard $(1)/*.sql) scripts/sql.sh
	@mkdir -p $$(@D)
	scripts/sql.sh header $(notdir $(1)) $(wildcard $(1)/*.sql) > $$@
$(GEN)/$(notdir $(1))_sql.c: $(wildcard $(1)/*.sql) scripts/sql.sh
	@mkdir -p $$(@D)
	scripts/sql.sh source $(notdir $(1)) $(wildcard $(1)/*.sql) > $$@
endef
$(foreach r,$(SQL_ROOMS),$(eval $(call sql_rules,$(r))))
$(GEN)/migrations.c: $(MIGRATIONS) scripts/sql.sh $(BUILD)/list/gen
	@mkdir -p $(@D)
	scripts/sql.sh migrations $(MIGRATIONS) > $@
$(GEN)/embed.c: $(EMBED) scripts/embed.sh $(BUILD)/list/gen
	@mkdir -p $(@D)
	scripts/embed.sh $(EMBED) > $@

$(GEN)/%.o: $(GEN)/%.c $(BUILD)/list/flags | $(SQL_H)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/%.o: %.c $(BUILD)/list/flags | $(SQL_H)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(if $(filter tests/%,$<),-Wno-missing-prototypes) -MMD -MP -c -o $@ $<

# Files that change only when their words do, so that a removed source or a new flag is noticed.
LIST_flags = $(CC) $(CFLAGS)
LIST_lib = $(LIB_OBJ)
LIST_unit = $(UNIT_OBJ)
LIST_gen = $(MIGRATIONS) $(EMBED)
$(BUILD)/list/%: FORCE
	@mkdir -p $(@D); echo '$(LIST_$*)' | cmp -s - $@ || echo '$(LIST_$*)' > $@

## make            build/tenor (MODE=release, debug, asan, tsan or coverage)
## make run        packages, build, then PostgreSQL, Redis, sandbox and engine on 127.0.0.1:8080
run:
	@scripts/packages.sh build run
	@$(MAKE) --no-print-directory -j$(JOBS) build/tenor
	build/tenor run $(ARGS)
## make test       everything, from packages to end-to-end; the last line counts
test:
	@scripts/packages.sh build run test
	@tests/run.sh $(STAGES)
## make test-long  the same with every seed and a long soak (hours)
test-long:
	@scripts/packages.sh build run test
	@SEEDS=20000 TENOR_SOAK_S=600 FUZZ_SECONDS=600 FUZZ_SEED=0 tests/run.sh $(STAGES)
## make deps       only the packages
deps:
	@scripts/packages.sh build run test
## make unit       unit and torture tests; ONLY=part-of-name
unit: $(BUILD)/unit
	$(BUILD)/unit $(ONLY)
## make tidy       style as a test, in seconds
tidy: $(SQL_H)
	@TIDY_CC="$(CC)" TIDY_CFLAGS="$(CFLAGS)" scripts/tidy.sh
## make sim        the simulated world; SEEDS=n
sim:
	@tests/run.sh sim
## make bench      the benchmarks, in release mode (BENCH_ARGS=--quick for one short round)
bench: benches build/tenor
	python3 -u tests/bench/run.py $(BENCH_ARGS)
benches: $(BENCHES)
## make fuzz       every fuzz target for FUZZ_SECONDS
fuzz:
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=fuzz CC=clang fuzzers
	@scripts/fuzz.sh $(FUZZ_SECONDS) $(patsubst tests/fuzz/%.c,build/fuzz/fuzz/%,$(FUZZ_SRC))
fuzzers: $(FUZZERS)
## make coverage   lines reached by the unit tests: build/coverage/index.html
coverage:
	@scripts/packages.sh build test coverage
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=coverage unit
	gcovr --root . --object-directory build/coverage --filter engine --filter dsl --filter models --filter connectors \
	    --filter experiments --exclude-throw-branches --html-details build/coverage/index.html --print-summary
## make install    DESTDIR=, PREFIX=/usr/local
install: all
	install -D -m 755 build/tenor $(DESTDIR)$(PREFIX)/bin/tenor
	for f in $$(find workflows strategies experiments models -type f ! -name '*.[ch]' 2>/dev/null); do \
	    install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/share/tenor/$$f" || exit 1; done
## make compile_commands.json   for editors and clang tools
compile_commands.json: FORCE
	@{ echo '['; for f in $(LIB_SRC) engine/main.c $(UNIT_SRC) $(BENCH_SRC) $(FUZZ_SRC); do \
	    printf '{"directory":"%s","file":"%s","command":"$(CC) $(CFLAGS) -c %s"},\n' "$(CURDIR)" "$$f" "$$f"; done; } | \
	    sed '$$s/,$$/]/' > $@
help:
	@sed -n 's/^## //p' Makefile
clean:
	rm -rf build compile_commands.json
-include $(LIB_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(BENCH_SRC:%.c=$(BUILD)/%.d) $(FUZZ_SRC:%.c=$(BUILD)/%.d) $(BUILD)/engine/main.d
