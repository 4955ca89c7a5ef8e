// The server's headers for what runs inside a backend: executor hooks, shared memory, waiting, background workers.
#pragma once

#include "pg/postgres_api.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wpedantic"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_aggregate.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "libpq/auth.h"
#include "libpq/libpq-be.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "postmaster/autovacuum.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "postmaster/postmaster.h"
#include "replication/walsender.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "storage/waiteventset.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/wait_event.h"
}

#undef Abs
#undef Min
#undef Max
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext

#pragma GCC diagnostic pop
