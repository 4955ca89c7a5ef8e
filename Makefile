# aza_autoconf: sizes PostgreSQL 18 for the memory and CPUs that it really has.
#
#   make && make install      a plain PGXS build, for the PostgreSQL 18 that PG_CONFIG names
#   make demo                 runs a private server in a memory limit and prints its report
#   make test                 every test that this machine can run
#   make tools                aza-plan and aza-build in build/bin/
#   make unit|fuzz|lint|bench|regress
#
# demo, test and the rest need no PostgreSQL on the machine: they fetch a private one once (tools/toolbox).

EXTENSION = aza_autoconf
MODULE_big = aza_autoconf
DATA = aza_autoconf--1.0.sql
AZA_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" aza_autoconf.control)

OBJS = \
	src/core/advice.o \
	src/core/advice_connections.o \
	src/core/advice_kernel.o \
	src/core/advice_memory.o \
	src/core/advice_vacuum.o \
	src/core/advice_wal.o \
	src/core/bytes.o \
	src/core/cgroup_mounts.o \
	src/core/cgroup_view.o \
	src/core/container_sign.o \
	src/core/cpu_choice.o \
	src/core/cpu_limit.o \
	src/core/detection.o \
	src/core/grant_measure.o \
	src/core/grant_need.o \
	src/core/grant_pool.o \
	src/core/growth_limit.o \
	src/core/huge_page_probe.o \
	src/core/kernel_text.o \
	src/core/libcgroup.o \
	src/core/limit_watch.o \
	src/core/memory_budget.o \
	src/core/memory_choice.o \
	src/core/memory_events.o \
	src/core/memory_limit.o \
	src/core/plan.o \
	src/core/plan_amounts.o \
	src/core/plan_format.o \
	src/core/plan_huge_pages.o \
	src/core/plan_limits.o \
	src/core/plan_memory.o \
	src/core/plan_storage.o \
	src/core/plan_table.o \
	src/core/plan_words.o \
	src/core/plan_workers.o \
	src/core/preload_workers.o \
	src/core/profile.o \
	src/core/quoted_text.o \
	src/core/setting_names.o \
	src/core/system_reader.o \
	src/pg/advice_disks.o \
	src/pg/advice_gather.o \
	src/pg/advice_queries.o \
	src/pg/advice_sql.o \
	src/pg/core_calls.o \
	src/pg/event_log.o \
	src/pg/governor.o \
	src/pg/governor_aggregate_need.o \
	src/pg/governor_connections.o \
	src/pg/governor_grants.o \
	src/pg/governor_hooks.o \
	src/pg/governor_line.o \
	src/pg/governor_lock_waiters.o \
	src/pg/governor_node_need.o \
	src/pg/governor_plan_need.o \
	src/pg/governor_settings.o \
	src/pg/governor_shared.o \
	src/pg/governor_sql.o \
	src/pg/governor_utility.o \
	src/pg/growth_guard.o \
	src/pg/guc_record.o \
	src/pg/human_choice.o \
	src/pg/init.o \
	src/pg/kernel_events.o \
	src/pg/live_limit.o \
	src/pg/pgbouncer_lookup.o \
	src/pg/plain_copies.o \
	src/pg/planned_default.o \
	src/pg/preload.o \
	src/pg/pressure_cancel.o \
	src/pg/pressure_guard.o \
	src/pg/pressure_reading.o \
	src/pg/pressure_trigger.o \
	src/pg/pressure_worker.o \
	src/pg/server_processes.o \
	src/pg/session_guard.o \
	src/pg/setting_report.o \
	src/pg/settings.o \
	src/pg/startup.o \
	src/pg/tuning_sql.o \
	src/pg/what_if_sql.o

REGRESS = report plan lookup privileges
REGRESS_OPTS = --inputdir=. --temp-instance=build/regress --temp-config=sql/regress.conf
ISOLATION = grant_holders index_builders lock_holders
ISOLATION_OPTS = --inputdir=. --temp-instance=build/isolation --temp-config=specs/isolation.conf --load-extension=aza_autoconf

PG_CXXFLAGS = -std=c++20 -DAZA_VERSION='"$(AZA_VERSION)"' -DFMT_HEADER_ONLY -MMD -MP
PG_CPPFLAGS = -Isrc
# PGXS links with the C compiler, which does not bring the C++ runtime.
SHLIB_LINK = -lstdc++ -ldl

# The first PostgreSQL 18 with server headers: PG_CONFIG, then Debian's place.
is_18 = $(shell $(1) --version 2>/dev/null | grep -q '^PostgreSQL 18' && \
  test -f "$$($(1) --includedir-server)/postgres.h" && test -f "$$($(1) --pgxs)" && echo $(1))
PG_CONFIG ?= pg_config
override PG_CONFIG := $(firstword $(call is_18,$(PG_CONFIG)) $(call is_18,/usr/lib/postgresql/18/bin/pg_config))

ifneq ($(PG_CONFIG),)
all:
# LLVM bitcode is for inlining functions into queries, of which ours are none.
override with_llvm = no
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
-include $(OBJS:.o=.d)
else
all install:
	@echo "make: no PostgreSQL 18 with server headers was found. Install postgresql-server-dev-18, or name one:"
	@echo "make:   make $@ PG_CONFIG=/path/to/postgresql-18/bin/pg_config"
	@echo "make: (make demo and make test need none: they fetch a private one)"
	@exit 3
endif

# Each command is a script of its own, which runs in the toolbox where that is needed.
.PHONY: demo test images unit regress soak fuzz lint bench tools up down
demo:
	@tools/demo
test:
	@tools/test
unit:
	@tools/test unit
regress:
	@tools/test regress
soak:
	@AZA_SOAK_SECONDS=1800 tools/test soak
images:
	@tools/test image stack-primary stack-replica
lint:
	@tools/test lint
fuzz:
	@AZA_FUZZ_SECONDS=60 tools/test fuzz
bench:
	@tools/toolbox run bench/run
tools:
	@tools/toolbox run $(MAKE) --no-print-directory -f mk/native.mk -j$(shell nproc) tools
# A stack of stacks/, whose values come from the environment or its .env: docker compose alone does as well.
STACK ?= single
up:
	@tools/compose $(STACK) up -d --wait
down:
	@tools/compose $(STACK) down
