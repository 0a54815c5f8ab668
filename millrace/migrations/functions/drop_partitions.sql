-- Drops the request log's months before the last `months` ones, this one included; how many partitions went. With the
-- owner's rights, like make_partitions.
CREATE OR REPLACE FUNCTION drop_partitions(months integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    since timestamptz := date_trunc('month', now()) - make_interval(months => months - 1);
    old text;
    dropped integer := 0;
BEGIN
    IF months < 1 THEN
        RAISE EXCEPTION 'at least the current month stays';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('request log partitions', 0));
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'request_log'::regclass AND c.relname ~ '^request_log_\d{4}_\d{2}$'
        AND c.relname < 'request_log_' || to_char(since, 'YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE %I', old);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM request_log_rest r WHERE r.at < since;
    RETURN dropped;
END $$;
