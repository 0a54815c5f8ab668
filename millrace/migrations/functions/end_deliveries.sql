-- Ends deliveries that wait for an endpoint that is gone or disabled, `most` of them; how many. They can be replayed.
CREATE OR REPLACE FUNCTION end_deliveries(most integer) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    ended bigint;
BEGIN
    WITH picked AS MATERIALIZED (
        SELECT d.id FROM webhook_targets() t CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_deliveries d
            WHERE d.state = 'pending' AND d.target = t.target LIMIT most FOR UPDATE SKIP LOCKED
        ) d WHERE NOT t.open LIMIT most
    ), done AS (
        UPDATE webhook_deliveries d SET state = 'failed', finished_at = clock_timestamp()
        WHERE d.id = ANY (ARRAY(SELECT p.id FROM picked p)) RETURNING 1
    )
    SELECT count(*) INTO ended FROM done;
    RETURN ended;
END $$;
