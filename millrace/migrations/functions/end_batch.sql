-- Ends a batch: what it reserved for lines that never became jobs goes back, and whoever wants to know is told, in one
-- transaction. False where the step has lost its lease. `what`: the columns below.
CREATE OR REPLACE FUNCTION end_batch(of_batch uuid, of_lease uuid, what json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    ended batches;
BEGIN
    UPDATE batches b SET
        state = w.state, output_file = w.output_file, error_file = w.error_file, errors = coalesce(w.errors, b.errors),
        completed = coalesce(w.completed, 0), failed = coalesce(w.failed, 0), input_tokens = coalesce(w.input_tokens, 0),
        cached_tokens = coalesce(w.cached_tokens, 0), output_tokens = coalesce(w.output_tokens, 0),
        nanos = coalesce(w.nanos, 0),
        completed_at = CASE w.state WHEN 'completed' THEN clock_timestamp() END,
        failed_at = CASE w.state WHEN 'failed' THEN clock_timestamp() END,
        expired_at = CASE w.state WHEN 'expired' THEN clock_timestamp() END,
        cancelled_at = CASE w.state WHEN 'cancelled' THEN clock_timestamp() END,
        step_lease = NULL, step_until = NULL
    FROM json_to_record(what) AS w (
        state text, output_file uuid, error_file uuid, errors jsonb, completed integer, failed integer, input_tokens bigint,
        cached_tokens bigint, output_tokens bigint, nanos bigint
    )
    WHERE b.id = of_batch AND b.step_lease = of_lease AND b.state NOT IN ('completed', 'failed', 'expired', 'cancelled')
    RETURNING b.* INTO ended;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    WITH held AS MATERIALIZED (
        SELECT b.quota, b.period, p.amount
        FROM quota_balances b JOIN batch_parts(of_batch) p ON p.quota = b.quota AND p.period = b.period
        ORDER BY b.quota, b.period FOR UPDATE OF b
    )
    UPDATE quota_balances b SET reserved = b.reserved - h.amount
    FROM held h WHERE b.quota = h.quota AND b.period = h.period;
    DELETE FROM batch_reservations r WHERE r.batch = of_batch;
    -- Nothing waits in them any more, and claims need not look at them for ever.
    UPDATE queues q SET paused = true WHERE q.batch = of_batch AND NOT q.paused;
    PERFORM tell_webhook(ended.tenant, 'batch.' || ended.state, ended.id, ended.webhook);
    RETURN true;
END $$;
