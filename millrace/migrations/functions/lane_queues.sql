-- What waits in a lane, by queue, with the keys it is ordered by (every stride-th where there are more than `exact`). With
-- the owner's rights: a position counts the jobs of others too, and shows nothing of them.
CREATE OR REPLACE FUNCTION lane_queues(of_lane text, exact integer, stride integer) RETURNS TABLE (
    id bigint, tenant uuid, class smallint, tag float8, weight float8, class_tags float8[], waiting bigint, keys float8[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT q.id, q.tenant, q.class, f.tag, f.weight, f.class_tags, w.waiting, w.keys
    FROM queues q
    JOIN flows f ON f.lane = q.lane AND f.tenant = q.tenant
    CROSS JOIN LATERAL (
        SELECT count(*) AS waiting,
            array_agg(extract(epoch FROM n.key)::float8 ORDER BY n.key)
                FILTER (WHERE n.place % (CASE WHEN n.most > exact THEN stride ELSE 1 END) = 0) AS keys
        FROM (
            SELECT j.key, row_number() OVER (ORDER BY j.key, j.id) - 1 AS place, count(*) OVER () AS most
            FROM jobs j WHERE j.queue = q.id AND j.state = 'queued' AND j.due AND j.key >= q.head
        ) n
    ) w
    WHERE q.lane = of_lane AND f.active <> 0 AND w.waiting > 0
$$;
