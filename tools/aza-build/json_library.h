// The JSON library, with two warnings silenced that g++ 16 gives inside its headers once they are inlined: both are
// about branches that cannot be reached.
#pragma once

#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <jsoncons/json.hpp>
#include <jsoncons/json_cursor.hpp>
#pragma GCC diagnostic pop
