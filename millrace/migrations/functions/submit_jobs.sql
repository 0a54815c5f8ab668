-- Accepts a group of jobs in one transaction: idempotency keys, jobs, flows, quotas, in that order of locks.
--
-- Bears being sent again after an unknown COMMIT: a job of that id is then there already, and nothing is done twice.
-- Without keys every job is accepted, and nothing is answered. With keys, for each item in its order, (outcome, job):
-- 'accepted' and its own id; 'existing' and the id of the job that the same key made before; 'reused' where that job was
-- made by another request.
CREATE OR REPLACE FUNCTION submit_jobs(items json, keyed boolean)
RETURNS TABLE (outcome text, job uuid) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    made record;
    wanted integer := json_array_length(items);
BEGIN
    IF keyed THEN
        wanted := wanted - claim_keys(items);
    END IF;

    SELECT * INTO made FROM insert_jobs(items);
    IF made.matched IS DISTINCT FROM wanted THEN
        PERFORM make_queues(items);
        -- What the first round inserted is found there, so its queues must not be forgotten.
        SELECT n.matched, made.woken || n.woken AS woken, made.counted || n.counted AS counted
        INTO made FROM insert_jobs(items) n;
        -- What is answered as accepted must be there.
        IF made.matched IS DISTINCT FROM wanted THEN
            RAISE EXCEPTION 'only % of % jobs could be inserted', made.matched, wanted;
        END IF;
    END IF;
    IF made.woken IS NOT NULL THEN
        PERFORM wake_queues(made.woken);
    END IF;
    IF made.counted IS NOT NULL THEN
        PERFORM reserve_quotas(made.counted);
    END IF;

    IF keyed THEN
        RETURN QUERY
        SELECT CASE
                WHEN k.job IS NULL OR k.job = i.id THEN 'accepted'
                WHEN k.request_hash = i.hash THEN 'existing'
                ELSE 'reused'
            END, coalesce(k.job, i.id)
        FROM (
            SELECT row_number() OVER () AS place, x.*
            FROM json_to_recordset(items) AS x (id uuid, tenant uuid, key text, hash text)
        ) i
        LEFT JOIN idempotency_keys k ON k.tenant = i.tenant AND k.key = i.key
        ORDER BY i.place;
    END IF;
END $$;
