-- The classes in which a flow has claimable work, as bits (1 interactive, 2 job, 4 batch).
CREATE OR REPLACE FUNCTION flow_work(of_lane text, of_tenant uuid) RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT coalesce(bit_or(1 << q.class), 0)::smallint
    FROM queues q
    WHERE q.lane = of_lane AND q.tenant = of_tenant AND NOT q.paused
    AND NOT EXISTS (
        SELECT 1 FROM model_pauses p WHERE p.lane = q.lane AND p.model = q.model AND p.until > clock_timestamp()
    )
    AND EXISTS (
        SELECT 1 FROM jobs j WHERE j.queue = q.id AND j.state = 'queued' AND j.due AND j.key >= q.head
    )
$$;
