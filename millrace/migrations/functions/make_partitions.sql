-- Makes the request log's partitions of this month and the next ones; how many were made. With the owner's rights, since only
-- the owner may make tables. Several at once take turns.
--
-- A month of which rows came before its partition was made stays in request_log_rest, where the same queries find them:
-- moving them would lock out every settle meanwhile. Waits two seconds for the lock at the most: the next call tries again.
CREATE OR REPLACE FUNCTION make_partitions(ahead integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('request log partitions', 0));
    FOR i IN 0 .. least(ahead, 24) LOOP
        month := date_trunc('month', now()) + make_interval(months => i);
        name := 'request_log_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL OR EXISTS (
            SELECT 1 FROM request_log_rest r WHERE r.at >= month AND r.at < month + interval '1 month'
        );
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF request_log FOR VALUES FROM (%L) TO (%L)', name, month, month + interval '1 month'
            );
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            NULL; -- A row came between the look and the lock.
        END;
    END LOOP;
    RETURN made;
END $$;

-- So that the first row of an installation finds its partition.
SELECT make_partitions(2);
