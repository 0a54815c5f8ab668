-- Makes the flows of these queues visible to claims. Call it in the transaction that made work due.
--
-- KEY SHARE lets claims move a flow's tag meanwhile, but holds off the one who would put an empty flow to sleep
-- (sleep_flows locks FOR UPDATE): so a flow never sleeps over work that is just being committed.
CREATE OR REPLACE FUNCTION wake_queues(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    asleep boolean;
BEGIN
    SELECT bool_or(held.active & held.bits <> held.bits) INTO asleep FROM (
        SELECT f.active, d.bits
        FROM flows f
        JOIN (
            SELECT q.lane, q.tenant, bit_or(1 << q.class)::smallint AS bits
            FROM queues q WHERE q.id = ANY (ids) GROUP BY q.lane, q.tenant
        ) d ON d.lane = f.lane AND d.tenant = f.tenant
        ORDER BY f.lane, f.tenant
        FOR KEY SHARE OF f
    ) held;
    IF NOT asleep THEN
        RETURN;
    END IF;

    -- Start-time fair queueing: who wakes starts at the lane's virtual time, unless it still owes. A class that wakes
    -- starts level with the classes that are awake.
    WITH woken AS (
    UPDATE flows f
    SET active = f.active | w.bits,
        tag = CASE WHEN f.active = 0 THEN greatest(f.tag, l.virtual_time) ELSE f.tag END,
        class_tags = ARRAY(
            SELECT CASE
                WHEN f.active >> n.class & 1 = 0 AND w.bits >> n.class & 1 = 1
                THEN greatest(f.class_tags[n.class + 1], least_awake.tag)
                ELSE f.class_tags[n.class + 1]
            END
            FROM generate_series(0, 2) AS n (class) ORDER BY n.class
        )
    FROM (
        SELECT q.lane, q.tenant, bit_or(1 << q.class)::smallint AS bits
        FROM queues q WHERE q.id = ANY (ids) GROUP BY q.lane, q.tenant
    ) w
    JOIN lanes l ON l.name = w.lane
    CROSS JOIN LATERAL (
        SELECT min(g.class_tags[c.class + 1]) AS tag
        FROM flows g CROSS JOIN generate_series(0, 2) AS c (class)
        WHERE g.lane = w.lane AND g.tenant = w.tenant AND g.active >> c.class & 1 = 1
    ) least_awake
    WHERE f.lane = w.lane AND f.tenant = w.tenant AND f.active & w.bits <> w.bits
    RETURNING f.lane, f.tag
    )
    -- Who wakes below the floor (the others are in debt) takes the floor along.
    UPDATE lanes l SET floor = least(l.floor, n.tag), next_floor = least(l.next_floor, n.tag)
    FROM (SELECT woken.lane, min(woken.tag) AS tag FROM woken GROUP BY woken.lane) n
    WHERE n.lane = l.name AND (l.floor > n.tag OR l.next_floor > n.tag);
END $$;
