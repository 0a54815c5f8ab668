-- Whom a quota is for, and what it counts, never changes: what is reserved from it and used of it is counted so.
CREATE OR REPLACE FUNCTION refuse_rescoping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a quota keeps its tenant, key, model and unit: make another one' USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE TRIGGER quotas_scope_fixed BEFORE UPDATE OF id, tenant, api_key, model, unit, own ON quotas
FOR EACH ROW WHEN (
    (OLD.id, OLD.tenant, OLD.api_key, OLD.model, OLD.unit, OLD.own)
    IS DISTINCT FROM (NEW.id, NEW.tenant, NEW.api_key, NEW.model, NEW.unit, NEW.own)
) EXECUTE FUNCTION refuse_rescoping();
