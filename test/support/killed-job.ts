/** A job that is killed half way, at a place that is certain. */
export interface KilledJob {
  job: string;
  /** Where it is killed. */
  at: string;
  parameters?: Record<string, unknown>;
  /** Makes work for it. */
  prepare: readonly string[];
  /** Of a session of the test's: what the job waits for, once it is there. */
  hold: readonly string[];
  /** The label of the statement that waits. */
  waits: string;
  /** A query of what there is when it is killed, and the answer. */
  half: readonly [query: string, answer: string];
  /** Whether another instance takes the run over; else it is abandoned, and asked for again. */
  isRetried: boolean;
  /** What must be as in a database where nobody was killed, besides the schema and the rows of EthHook's tables. */
  result?: string;
}

/** What waits in `public.hold()`, from a trigger or an index: neither lock_timeout nor a snapshot matters there. */
export const holdFunctions = `
  CREATE FUNCTION public.hold() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(1, 1) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$;
  CREATE FUNCTION public.held(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN PERFORM public.hold(); RETURN n; END $$;
  CREATE FUNCTION public.held_row() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM public.hold(); RETURN coalesce(NEW, OLD); END $$`;

export const holding = ['SELECT pg_advisory_lock(1, 1)'];

export const heldBy = (event: string, table: string, when: string) =>
  `CREATE TRIGGER held BEFORE ${event} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION held_row()`;
export const busy = (rows: number, options = '') => `
  CREATE TABLE busy WITH (autovacuum_enabled = false ${options}) AS
  SELECT n, repeat('x', 90) AS filler FROM generate_series(1, ${rows}) n`;
export const thinOut = 'DELETE FROM busy WHERE n % 10 > 0';
export const half = (what: string, answer: string) =>
  [
    `SELECT coalesce(string_agg(w.what, ', ' ORDER BY w.what), 'nothing') AS half FROM (${what}) w(what)`,
    answer,
  ] as const;
