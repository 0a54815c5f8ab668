-- Makes the lanes, flows and queues that these jobs name and that are not there yet.
CREATE OR REPLACE FUNCTION make_queues(items json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    missing boolean;
BEGIN
    SELECT bool_or(q.id IS NULL) INTO missing
    FROM json_to_recordset(items) AS i (tenant uuid, lane text, class smallint, model text, batch uuid)
    LEFT JOIN queues q ON q.lane = i.lane AND q.tenant = i.tenant AND q.class = i.class AND q.model = i.model
        AND q.batch IS NOT DISTINCT FROM i.batch;
    IF NOT missing THEN
        RETURN;
    END IF;
    INSERT INTO lanes (name)
    SELECT DISTINCT i.lane FROM json_to_recordset(items) AS i (lane text) ORDER BY 1 ON CONFLICT DO NOTHING;
    INSERT INTO flows (lane, tenant, weight)
    SELECT DISTINCT i.lane, i.tenant, coalesce(t.weight, 1)
    FROM json_to_recordset(items) AS i (lane text, tenant uuid) LEFT JOIN tenants t ON t.id = i.tenant
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    INSERT INTO queues (lane, tenant, class, model, batch)
    SELECT DISTINCT i.lane, i.tenant, i.class, i.model, i.batch
    FROM json_to_recordset(items) AS i (tenant uuid, lane text, class smallint, model text, batch uuid)
    ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING;
END $$;
