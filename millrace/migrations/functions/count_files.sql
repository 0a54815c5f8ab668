-- Files that became ready, or are so no more, in their tenants' totals: in the order of tenants, as two sweeps may run at once.
CREATE OR REPLACE FUNCTION count_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO file_totals AS t (tenant, bytes, files)
    SELECT c.tenant, sum(c.sign * c.bytes), sum(c.sign)
    FROM (
        SELECT a.tenant, CASE a.state WHEN 'ready' THEN 1 ELSE -1 END AS sign,
            CASE a.state WHEN 'ready' THEN a.bytes ELSE b.bytes END AS bytes
        FROM after a JOIN before b USING (id)
        WHERE (a.state = 'ready') <> (b.state = 'ready')
    ) c
    GROUP BY c.tenant ORDER BY c.tenant
    ON CONFLICT (tenant) DO UPDATE SET bytes = t.bytes + excluded.bytes, files = t.files + excluded.files;
    RETURN NULL;
END $$;
