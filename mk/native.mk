# Builds what needs no server: core's unit tests and fuzzers, and the command-line tools.
#
#   make -f mk/native.mk tools                       build/bin/aza-plan, build/bin/aza-build (static, so that they
#                                                    run on the machine that called make, whatever its libraries)
#   make -f mk/native.mk units VARIANT=gcc|clang|asan  unit-test programs in build/VARIANT/bin
#   make -f mk/native.mk fuzzers                     libFuzzer programs in build/fuzz/bin
#
# A source file is found by its place: src/core/*.cpp is core, test/unit/*_test.cpp are core's tests,
# test/fuzz/*_fuzz.cpp are one program each, tools/<tool>/*.cpp is a tool, tools/<tool>/test/*_test.cpp its tests.

VARIANT ?= gcc
OUT := build/$(VARIANT)
TOOLS := $(notdir $(patsubst %/main.cpp,%,$(wildcard tools/*/main.cpp)))

# A warning of a compiler that we have not met must not keep a user from building the tools; in tests it is an error.
WARN := -Wall -Wextra $(if $(filter tools,$(VARIANT)),,-Werror)
COMMON := -std=c++20 -g -Isrc -DFMT_HEADER_ONLY $(WARN)

CXX_gcc := g++
FLAGS_gcc := -O2
CXX_tools := g++
FLAGS_tools := -O2 -DAZA_STATIC_PROGRAM -ffile-prefix-map=$(CURDIR)=.
LINK_tools := -static
CXX_clang := clang++
FLAGS_clang := -O1
CXX_asan := clang++
# The same for unit tests and fuzzers, so that ccache compiles core once for both.
FLAGS_asan := -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer
CXX_fuzz := clang++
FLAGS_fuzz := $(FLAGS_asan)

CXX := $(CXX_$(VARIANT))
CXXFLAGS := $(COMMON) $(FLAGS_$(VARIANT))
TOOL_LIBS := -lcrypto -lz -lzstd -ldl -pthread

object = $(patsubst %.cpp,$(OUT)/obj/%.o,$(1))
tool_sources = $(filter-out tools/$(1)/main.cpp,$(wildcard tools/$(1)/*.cpp))

CORE := $(call object,$(wildcard src/core/*.cpp))
CORE_LIB := $(OUT)/core.a

.PHONY: tools units fuzzers
.SECONDARY:

tools:
	@$(MAKE) --no-print-directory -f mk/native.mk VARIANT=tools $(foreach t,$(TOOLS),build/bin/$(t))

units: $(OUT)/bin/core-unit \
       $(foreach t,$(TOOLS),$(if $(wildcard tools/$(t)/test/*_test.cpp),$(OUT)/bin/$(t)-unit))

fuzzers:
	@$(MAKE) --no-print-directory -f mk/native.mk VARIANT=fuzz \
	  $(patsubst %.cpp,build/fuzz/bin/%,$(notdir $(wildcard test/fuzz/*_fuzz.cpp tools/*/test/*_fuzz.cpp)))

$(CORE_LIB): $(CORE)
	@rm -f $@ && ar rcs $@ $^

$(OUT)/bin/core-unit: $(call object,$(wildcard test/unit/*_test.cpp)) $(CORE_LIB)
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -o $@ $^ -lgtest -lgtest_main -pthread -ldl

define tool_rules
build/bin/$(1): $$(call object,tools/$(1)/main.cpp $$(call tool_sources,$(1))) $$(CORE_LIB)
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) $$(LINK_$$(VARIANT)) -o $$@ $$^ $$(TOOL_LIBS)

$$(OUT)/$(1).a: $$(call object,$$(call tool_sources,$(1)))
	@rm -f $$@ && ar rcs $$@ $$^

$$(OUT)/bin/$(1)-unit: $$(call object,$$(wildcard tools/$(1)/test/*_test.cpp)) $$(OUT)/$(1).a $$(CORE_LIB)
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) -o $$@ $$^ -lgmock -lgtest -lgtest_main $$(TOOL_LIBS)

$$(patsubst %.cpp,build/fuzz/bin/%,$$(notdir $$(wildcard tools/$(1)/test/*_fuzz.cpp))): \
  build/fuzz/bin/%: build/fuzz/obj/tools/$(1)/test/%.o build/fuzz/$(1).a build/fuzz/core.a
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(TOOL_LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rules,$(t))))

$(patsubst %.cpp,build/fuzz/bin/%,$(notdir $(wildcard test/fuzz/*_fuzz.cpp))): \
  build/fuzz/bin/%: build/fuzz/obj/test/fuzz/%.o build/fuzz/core.a
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -fsanitize=fuzzer -o $@ $^ -ldl

# Only what users run is optimised: the tools' tests take longer to compile than to run.
$(OUT)/obj/tools/%.o: CXXFLAGS += $(if $(filter tools,$(VARIANT)),,-O0)

$(OUT)/obj/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
