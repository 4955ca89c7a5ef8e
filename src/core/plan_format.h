// A plan as text, for people and other programs. The server's aza_tuning_conf() and the aza-plan tool share it.
// (JSON needs a library that throws: only the tool has it.)
#pragma once

#include <string>

#include "core/plan.h"

namespace aza {

std::string plan_as_conf(const Plan& plan, const Machine& machine);   // for postgresql.conf, with comments
std::string plan_as_alter_system(const Plan& plan);                   // ALTER SYSTEM SET ...;
std::string plan_as_patroni(const Plan& plan);                        // YAML: postgresql.parameters
std::string plan_as_table(const Plan& plan, const Machine& machine);  // at most 120 columns

// "2GB of memory, 4 CPUs, workload mixed, storage ssd"
std::string machine_text(const Machine& machine);

}  // namespace aza
