-- The sweep's part of the claim: lowers heads and floors below which something claimable slipped, wakes flows that have work
-- though they sleep (a pause that ended). Answers the lanes that have claimable work.
CREATE OR REPLACE FUNCTION mend_lanes() RETURNS TABLE (lane text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    woken bigint[];
BEGIN
    DELETE FROM model_pauses p WHERE p.until < clock_timestamp() - interval '2 minutes';

    UPDATE queues q SET head = least_key.key
    FROM (
        SELECT s.id, (
            SELECT min(j.key) FROM jobs j WHERE j.queue = s.id AND j.state = 'queued' AND j.due AND j.key < s.head
        ) AS key FROM queues s WHERE s.head > '-infinity' AND NOT s.paused
    ) least_key
    WHERE q.id = least_key.id AND least_key.key < q.head;

    SELECT array_agg(q.id) INTO woken
    FROM queues q JOIN flows f ON f.lane = q.lane AND f.tenant = q.tenant
    WHERE f.active >> q.class & 1 = 0 AND NOT q.paused
    AND NOT EXISTS (
        SELECT 1 FROM model_pauses p WHERE p.lane = q.lane AND p.model = q.model AND p.until > clock_timestamp()
    )
    AND EXISTS (SELECT 1 FROM jobs j WHERE j.queue = q.id AND j.state = 'queued' AND j.due AND j.key >= q.head);
    IF woken IS NOT NULL THEN
        PERFORM wake_queues(woken);
    END IF;

    -- After the flows, as everybody locks them.
    UPDATE lanes l SET floor = f.tag, next_floor = f.tag
    FROM (SELECT w.lane, min(w.tag) AS tag FROM flows w WHERE w.active <> 0 GROUP BY w.lane) f
    WHERE f.lane = l.name AND l.floor > f.tag;

    PERFORM sleep_flows(e.lane, e.tenants)
    FROM (
        SELECT f.lane, array_agg(f.tenant) AS tenants FROM flows f
        WHERE f.active <> 0 AND flow_work(f.lane, f.tenant) = 0 GROUP BY f.lane
    ) e;

    RETURN QUERY
    SELECT l.name FROM lanes l WHERE EXISTS (
        SELECT 1 FROM flows f WHERE f.lane = l.name AND f.active <> 0 AND flow_work(f.lane, f.tenant) <> 0
    );
END $$;
