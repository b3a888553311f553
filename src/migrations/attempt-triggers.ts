const violation = (column: string, table: string, format = 'format') => `
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_${column}_fkey"',
      DETAIL = ${format}('Key (${column})=(%s) is not present in table "${table}".', NEW.${column}),
      SCHEMA = 'public', TABLE = 'delivery_attempts', CONSTRAINT = 'delivery_attempts_${column}_fkey';`;

/** What an insert records of itself, from migration to migration. */
const recorded = {
  nothing: '',
  writer: `
  IF TG_OP = 'INSERT' THEN
    NEW.written_in := pg_current_xact_id();
  END IF;`,
  inserter: `
  IF TG_OP = 'INSERT' THEN
    NEW.written_in := pg_current_xact_id();
    NEW.inserted_in := pg_current_xact_id();
  END IF;`,
} as const;

/** The function of AddAttemptColumns, and the same with the writer's transaction beside the derived columns. */
export const fillAttemptFunction = (records: keyof typeof recorded) =>
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_fill_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT p.user_id INTO NEW.user_id FROM public.endpoints p WHERE p.id = NEW.endpoint_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.endpoint_id IS NOT NULL THEN${violation('endpoint_id', 'endpoints')}
  END IF;
  SELECT coalesce(e.ingested_at, '-infinity') INTO NEW.event_ingested_at
    FROM public.events e WHERE e.id = NEW.event_id FOR KEY SHARE;
  IF NOT FOUND AND NEW.event_id IS NOT NULL THEN${violation('event_id', 'events')}
  END IF;${recorded[records]}
  RETURN NEW;
END $$`;

const equals = 'OPERATOR(pg_catalog.=)';

/**
 * Both look-ups are one statement; which of the rows is missing is asked only when one is. It has no search_path of its own,
 * which each insert would set and take back: all that it names is qualified, operators too.
 */
export const fillAttemptAtOnceFunction = `CREATE OR REPLACE FUNCTION public.ethhook_admin_fill_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  SELECT p.user_id, coalesce(e.ingested_at, '-infinity') INTO NEW.user_id, NEW.event_ingested_at
    FROM public.endpoints p CROSS JOIN public.events e
   WHERE p.id ${equals} NEW.endpoint_id AND e.id ${equals} NEW.event_id FOR KEY SHARE;
  IF NOT FOUND THEN
    IF NEW.endpoint_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.endpoints p WHERE p.id ${equals} NEW.endpoint_id) THEN${violation('endpoint_id', 'endpoints', 'pg_catalog.format')}
    END IF;
    IF NEW.event_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM public.events e WHERE e.id ${equals} NEW.event_id) THEN${violation('event_id', 'events', 'pg_catalog.format')}
    END IF;
  END IF;
  IF TG_OP ${equals} 'INSERT' THEN
    NEW.written_in := pg_catalog.pg_current_xact_id();
  END IF;
  RETURN NEW;
END $$`;

/** inserted_in of a row that was there before it was recorded; ids of transactions begin at 3. */
const BEFORE_ALL = `'2'`;

const keepsInserter = `
    IF TG_OP = 'UPDATE' AND OLD.inserted_in IS NULL THEN
      NEW.inserted_in := coalesce(OLD.written_in, ${BEFORE_ALL});
    END IF;`;

/**
 * What the statistics count of a row changes together with written_in. A row that the same transaction has written was seen
 * by nobody else. SECURITY DEFINER: a writer's role needs no more rights than it had. Since LightenAttemptInserts the first
 * update by another transaction keeps who has inserted the row.
 */
export const supersedeAttemptFunction = (keeps: 'nothing' | 'inserter') =>
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_supersede_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.written_in IS DISTINCT FROM pg_current_xact_id() THEN
    INSERT INTO public.superseded_attempts
      (user_id, event_ingested_at, attempt_id, written_in, event_id, endpoint_id, duration_ms, success)
    VALUES (OLD.user_id, OLD.event_ingested_at, OLD.id, OLD.written_in, OLD.event_id, OLD.endpoint_id, OLD.duration_ms,
            OLD.success);${keeps === 'inserter' ? keepsInserter : ''}
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.written_in := pg_current_xact_id();
  RETURN NEW;
END $$`;
