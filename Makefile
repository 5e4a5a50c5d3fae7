# Tenor. `make run` and `make test` do everything; `make help` lists the rest.
MODE ?= release
BUILD := build/$(MODE)
CC ?= cc
PKGS := lua5.4 libpq hiredis libevent libevent_pthreads jansson libcurl libsodium xgboost zlib

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wno-format-nonliteral
FLAGS_release  := -O2 -g -D_FORTIFY_SOURCE=2
FLAGS_debug    := -O0 -g3
FLAGS_asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan     := -O1 -g -fsanitize=thread
FLAGS_coverage := -O0 -g --coverage
CFLAGS := -std=c17 -D_GNU_SOURCE -Iengine -I. -I$(BUILD)/gen $(WARN) $(FLAGS_$(MODE)) $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(EXTRA_CFLAGS)
LDFLAGS := $(FLAGS_$(MODE)) -rdynamic $(EXTRA_LDFLAGS)
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm

# Everything but main.c is the product's library; tests and benches link it.
ROOMS := engine/base engine/io engine/locale engine/book engine/rails experiments dsl models engine/store \
         connectors connectors/ledger connectors/sandbox engine/flow engine/sim engine/api engine/cli
LIB_SRC := $(foreach r,$(ROOMS),$(wildcard $(r)/*.c)) $(wildcard engine/wire.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
UNIT_SRC := $(wildcard tests/*/*_test.c) $(wildcard tests/harness/*.c)
UNIT_OBJ := $(UNIT_SRC:%.c=$(BUILD)/%.o)

.PHONY: all help clean unit tidy
all: build/tenor

build/tenor: $(BUILD)/tenor
	@ln -sf $(MODE)/tenor $@
$(BUILD)/tenor: $(BUILD)/engine/main.o $(BUILD)/libtenor.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/libtenor.a: $(LIB_OBJ)
	@rm -f $@; ar rcs $@ $^
$(BUILD)/unit: $(UNIT_OBJ) $(BUILD)/gen/suites.o $(BUILD)/libtenor.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcunit
$(BUILD)/gen/suites.c: $(UNIT_SRC) scripts/suites.sh
	@mkdir -p $(@D)
	@scripts/suites.sh $(filter %_test.c,$(UNIT_SRC)) > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(CC) $(CFLAGS) -c -o $@ $<
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# Tests are found by script, not by header.
$(BUILD)/tests/%.o: CFLAGS += -Wno-missing-prototypes
unit: $(BUILD)/unit
	$(BUILD)/unit $(ONLY)
tidy:
	scripts/tidy.sh
clean:
	rm -rf build
-include $(LIB_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(BUILD)/engine/main.d
