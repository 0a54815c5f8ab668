-- Removes up to `most` rows of each table that are older than so many seconds. A purge is remembered for a day beyond what it
-- voids.
CREATE OR REPLACE FUNCTION sweep_caches(seconds float8, most integer) RETURNS void LANGUAGE sql AS $$
    DELETE FROM cache_entries WHERE (key, tenant) IN (
        SELECT e.key, e.tenant FROM cache_entries e WHERE e.made_at < clock_timestamp() - make_interval(secs => seconds)
        ORDER BY e.made_at LIMIT most FOR UPDATE SKIP LOCKED
    );
    DELETE FROM cache_meanings WHERE job IN (
        SELECT m.job FROM cache_meanings m WHERE m.made_at < clock_timestamp() - make_interval(secs => seconds)
        ORDER BY m.made_at LIMIT most FOR UPDATE SKIP LOCKED
    );
    DELETE FROM cache_purges WHERE at < clock_timestamp() - make_interval(secs => seconds + 86400);
$$;
