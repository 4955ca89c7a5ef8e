// Huge pages: how many there are, and how many of them the control group may touch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cgroup_view.h"
#include "core/detection.h"
#include "core/reader.h"

namespace aza {

// The counts of /proc/meminfo, all of the default size. Free ones that another process has reserved are not free.
HugePages parse_huge_pages(std::string_view meminfo);

// As in the names of the hugetlb files: "2MB", "1GB", "64KB".
std::string hugetlb_size(int64_t page_bytes);

// The tightest hugetlb limit of the group. It is enforced when a page is touched, not when it is mapped: a server whose
// mmap succeeded dies of SIGBUS. Facts get every file that holds a limit.
std::optional<int64_t> hugetlb_limit(const SystemReader& reader, const VisibleGroup& group, int64_t page_bytes,
                                     std::vector<Fact>* facts);

}  // namespace aza
