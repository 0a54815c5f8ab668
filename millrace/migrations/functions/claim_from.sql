-- One round of a claim: takes up to `wanted` jobs from these flows in fair order, and moves the tags on.
CREATE OR REPLACE FUNCTION claim_from(
    of_lane text, candidates uuid[], wanted integer, reach smallint, by_process uuid, at timestamptz
) RETURNS SETOF claimed_job LANGUAGE sql
-- The plan must not change with what the statistics say of an empty or a full table: nested loops over indexes, always.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
    WITH waiting AS (
        SELECT f.tenant, f.tag, f.weight, f.class_tags[q.class + 1] AS class_tag, class_weight(q.class) AS class_weight,
            q.class, q.id AS queue, q.head, j.id, j.key, j.cost
        FROM flows f
        CROSS JOIN LATERAL (
            SELECT s.*, EXISTS (
                SELECT 1 FROM model_pauses p WHERE p.lane = of_lane AND p.model = s.model
            ) AS recovers
            FROM queues s
            WHERE s.lane = of_lane AND s.tenant = f.tenant AND s.class <= reach AND NOT s.paused
            AND NOT EXISTS (
                SELECT 1 FROM model_pauses p WHERE p.lane = of_lane AND p.model = s.model AND p.until > at
            )
            OFFSET 0
        ) q
        CROSS JOIN LATERAL (
            SELECT w.id, w.key, w.cost FROM jobs w
            WHERE w.queue = q.id AND w.state = 'queued' AND w.due AND w.key >= q.head
            ORDER BY w.key, w.id
            -- Enough for every flow to take twice its even part; who is owed more goes first in the next round. Of a
            -- model that was away one job at a time tries whether it is back.
            LIMIT CASE WHEN q.recovers THEN 1 ELSE least(wanted, 2 * wanted / cardinality(candidates) + 1) END
        ) j
        WHERE f.lane = of_lane AND f.tenant = ANY (candidates)
    ), in_class AS (
        SELECT w.*, w.class_tag + (
            sum(w.cost) OVER (PARTITION BY w.tenant, w.class ORDER BY w.key, w.id) - w.cost
        ) / w.class_weight AS class_start
        FROM waiting w
    ), in_flow AS (
        SELECT c.*, c.tag + (
            sum(c.cost) OVER (PARTITION BY c.tenant ORDER BY c.class_start, c.class, c.key, c.id) - c.cost
        ) / c.weight AS start
        FROM in_class c
    ), chosen AS MATERIALIZED (
        SELECT * FROM in_flow ORDER BY start, tenant, class_start, class, key, id LIMIT wanted
    ), locked AS MATERIALIZED (
        -- The state is looked at afterwards: asked here, the planner could walk all that is claimable.
        SELECT c.*, j.state, j.due FROM chosen c JOIN jobs j ON j.id = c.id ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
    ), taken AS MATERIALIZED (
        SELECT * FROM locked WHERE state = 'queued' AND due
    ), running AS (
        UPDATE jobs j
        SET state = 'running', attempt = j.attempt + 1, lease = gen_random_uuid(), process = by_process,
            started_at = clock_timestamp()
        FROM taken t WHERE j.id = t.id
        RETURNING j.id, j.tenant, j.attempt, j.lease, j.failures, j.deaths, j.max_attempts, j.cost, j.deadline,
            j.created_at, t.class, t.start
    ), moved AS (
        UPDATE flows f
        SET tag = f.tag + s.cost / f.weight,
            -- A class without work keeps pace with the others, or it would save up for later.
            class_tags = ARRAY[
                CASE WHEN s.idle & 1 = 1 THEN greatest(f.class_tags[1], s.reached)
                    ELSE f.class_tags[1] + s.interactive / class_weight(0::smallint) END,
                CASE WHEN s.idle & 2 = 2 THEN greatest(f.class_tags[2], s.reached)
                    ELSE f.class_tags[2] + s.job / class_weight(1::smallint) END,
                CASE WHEN s.idle & 4 = 4 THEN greatest(f.class_tags[3], s.reached)
                    ELSE f.class_tags[3] + s.batch / class_weight(2::smallint) END
            ]
        FROM (
            SELECT t.tenant, sum(t.cost) AS cost, max(t.class_start) AS reached,
                CASE WHEN reach = 2 THEN 7 - (SELECT bit_or(1 << w.class) FROM waiting w WHERE w.tenant = t.tenant)
                    ELSE 0 END AS idle, coalesce(sum(t.cost) FILTER (WHERE t.class = 0), 0) AS interactive,
                coalesce(sum(t.cost) FILTER (WHERE t.class = 1), 0) AS job,
                coalesce(sum(t.cost) FILTER (WHERE t.class = 2), 0) AS batch
            FROM taken t GROUP BY t.tenant
        ) s
        WHERE f.lane = of_lane AND f.tenant = s.tenant
    ), timed AS (
        UPDATE lanes l
        SET claimed_at = at, virtual_time = greatest(l.virtual_time, (SELECT max(t.start) FROM taken t))
        WHERE l.name = of_lane AND EXISTS (SELECT 1 FROM taken)
    ), headed AS (
        -- Only where nobody lowered the head meanwhile; and 2 s short of now, since a submit that got its key earlier
        -- may commit later. What slips below all the same, the sweep finds.
        UPDATE queues q SET head = h.head
        FROM (
            SELECT t.queue, min(t.head) AS seen,
                least(max(t.key), now() + implied_deadline(min(t.class)) - interval '2 s') AS head
            FROM taken t GROUP BY t.queue
        ) h
        WHERE q.id = h.queue AND q.head = h.seen AND h.head > q.head + interval '0.5 s'
    )
    SELECT r.id, r.tenant, r.attempt, r.lease, r.failures, r.deaths, r.max_attempts, r.cost, r.deadline, r.created_at,
        r.class, d.endpoint, d.model, d.body, d.stream, d.reply_to
    FROM running r JOIN job_requests d ON d.job = r.id AND d.tenant = r.tenant
    ORDER BY r.start
$$;
