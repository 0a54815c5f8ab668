-- Jobs whose time has come become due. Answers the lanes to ring.
CREATE OR REPLACE FUNCTION promote_jobs(most integer) RETURNS TABLE (lane text)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    woken bigint[];
BEGIN
    WITH ripe AS (
        SELECT j.id FROM jobs j
        WHERE j.state = 'queued' AND NOT j.due AND j.run_after <= clock_timestamp()
        ORDER BY j.run_after LIMIT most FOR UPDATE SKIP LOCKED
    ), made AS (
        UPDATE jobs j SET due = true, run_after = NULL FROM ripe WHERE j.id = ripe.id RETURNING j.queue, j.key
    ), lowered AS (
        UPDATE queues q SET head = m.key
        FROM (SELECT made.queue, min(made.key) AS key FROM made GROUP BY made.queue) m
        WHERE q.id = m.queue AND q.head > m.key
    )
    SELECT array_agg(DISTINCT made.queue) INTO woken FROM made;

    IF woken IS NOT NULL THEN
        PERFORM wake_queues(woken);
    END IF;
    RETURN QUERY SELECT DISTINCT q.lane FROM queues q WHERE q.id = ANY (woken);
END $$;
