#include "pg/advice_disks.h"

#include <sys/statvfs.h>

#include "core/advice.h"
#include "pg/backend_api.h"

namespace aza {

namespace {

struct Disk {
  dev_t device;
  const char* uses;
  bool holds_wal;
  struct statvfs room;
};

struct Disks {
  Disk* found;
  int count;
};

void add_use(Disks& disks, const char* path, const char* use, bool wal) {
  struct stat file;
  struct statvfs room;
  if (stat(path, &file) != 0 || statvfs(path, &room) != 0) return;
  for (int i = 0; i < disks.count; i++) {
    Disk& disk = disks.found[i];
    if (disk.device != file.st_dev) continue;
    disk.uses = psprintf("%s, %s", disk.uses, use);
    disk.holds_wal = disk.holds_wal || wal;
    return;
  }
  disks.found[disks.count++] = {file.st_dev, use, wal, room};
}

int64 blocks_in_bytes(const struct statvfs& room, fsblkcnt_t blocks) {
  return capped_product(static_cast<int64>(blocks), static_cast<int64>(room.f_frsize));
}

}  // namespace

std::span<const DiskFacts> find_disks(std::span<const Tablespace> tablespaces) {
  const size_t most = tablespaces.size() + 2;
  Disks disks = {static_cast<Disk*>(palloc0(sizeof(Disk) * most)), 0};
  add_use(disks, DataDir, "the data directory", false);
  add_use(disks, psprintf("%s/pg_wal", DataDir), "pg_wal", true);
  for (const Tablespace& one : tablespaces) add_use(disks, one.location, psprintf("tablespace %s", one.name), false);
  auto* facts = static_cast<DiskFacts*>(palloc0(sizeof(DiskFacts) * most));
  for (int i = 0; i < disks.count; i++) {
    const Disk& disk = disks.found[i];
    facts[i] = {disk.uses, disk.holds_wal, blocks_in_bytes(disk.room, disk.room.f_bavail),
                blocks_in_bytes(disk.room, disk.room.f_blocks)};
  }
  return {facts, static_cast<size_t>(disks.count)};
}

std::optional<int64_t> file_system_bytes(const char* path) {
  struct statvfs room;
  if (statvfs(path, &room) != 0) return std::nullopt;
  return blocks_in_bytes(room, room.f_blocks);
}

}  // namespace aza
