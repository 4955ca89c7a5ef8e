-- Memory that work_mem does not bound: an array of all the texts, about 80 MB, and its text beside it.
SELECT length(array_agg(t)::text) FROM t;
