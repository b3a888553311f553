const violation = (column: string, table: string) => `
    RAISE foreign_key_violation USING
      MESSAGE = 'insert or update on table "delivery_attempts" violates foreign key constraint '
                '"delivery_attempts_${column}_fkey"',
      DETAIL = format('Key (${column})=(%s) is not present in table "${table}".', NEW.${column}),
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
