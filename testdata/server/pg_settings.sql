-- The bounds of everything that is planned, as the server has them: compared with pg_settings_18.tsv.
SELECT name, coalesce(unit, ''), coalesce(min_val, ''), coalesce(max_val, ''), boot_val
FROM pg_settings
WHERE name IN ('max_connections', 'shared_buffers', 'effective_cache_size', 'maintenance_work_mem', 'work_mem',
               'max_worker_processes', 'max_parallel_workers', 'max_parallel_workers_per_gather',
               'max_parallel_maintenance_workers', 'io_workers', 'autovacuum_worker_slots', 'autovacuum_max_workers',
               'min_wal_size', 'max_wal_size', 'random_page_cost', 'effective_io_concurrency',
               'maintenance_io_concurrency', 'default_statistics_target', 'jit', 'huge_pages', 'max_wal_senders',
               'max_prepared_transactions', 'max_locks_per_transaction')
ORDER BY name COLLATE "C";
