-- Makes a block of a batch's lines into jobs, each claimable at the commit; false where the step that calls has lost its lease,
-- or the block is there already. What the batch reserved goes over to them: to the quotas that bound the batch then.
--
-- `items` are those of submit_jobs, with `line`, `custom_id` and `reserved_nanos`. `upto` lines are jobs then, and the next
-- one begins at that number and offset of the file. Locks: the batch, jobs, flows, as everywhere.
CREATE OR REPLACE FUNCTION insert_lines(
    of_batch uuid, of_lease uuid, since integer, upto integer, number integer, at_offset bigint, items json
) RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    held boolean;
    given json;
    made record;
BEGIN
    UPDATE batches b SET inserted = upto, next_number = number, next_offset = at_offset
    WHERE b.id = of_batch AND b.step_lease = of_lease AND b.inserted = since AND b.state = 'in_progress'
    RETURNING b.paused OR b.resting INTO held;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    SELECT json_agg(i.item || jsonb_build_object('reserved_from', r.quotas, 'reserved_in', r.period)) INTO given
    FROM jsonb_array_elements(items::jsonb) AS i (item)
    JOIN batch_reservations r ON r.batch = of_batch AND r.model = i.item ->> 'model';
    PERFORM make_queues(given);
    -- Before there is anything to claim.
    UPDATE queues q SET paused = held WHERE q.batch = of_batch AND q.paused <> held;
    SELECT * INTO made FROM insert_jobs(given);
    IF made.matched IS DISTINCT FROM json_array_length(items) THEN
        RAISE EXCEPTION 'only % of % lines could be inserted', made.matched, json_array_length(items);
    END IF;
    IF made.woken IS NOT NULL AND NOT held THEN
        PERFORM wake_queues(made.woken);
    END IF;

    UPDATE batch_reservations r
    SET requests = r.requests - s.requests, tokens = r.tokens - s.tokens, nanos = r.nanos - s.nanos
    FROM (
        SELECT i.model, count(*) AS requests, sum(i.tokens) AS tokens, sum(i.reserved_nanos) AS nanos
        FROM json_to_recordset(items) AS i (model text, tokens bigint, reserved_nanos bigint) GROUP BY 1
    ) s
    WHERE r.batch = of_batch AND r.model = s.model;
    RETURN true;
END $$;
