-- An array that no limit of these cases can hold.
SELECT length(array_agg(repeat('x', 100) || i)::text) FROM generate_series(1, 6000000) i;
