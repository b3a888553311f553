import type { TestDatabase } from './test-database.js';

/** From here on, a session that begins a DDL statement like this one is ended, until `keepSessions`. */
export const loseSessionAt = (db: Pick<TestDatabase, 'query'>, pattern: string) =>
  db.query(`
CREATE FUNCTION lose_session() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_query() LIKE '${pattern}' THEN
    PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(1);
  END IF;
END $$;
CREATE EVENT TRIGGER lose_session ON ddl_command_start EXECUTE FUNCTION lose_session()`);

export const keepSessions = (db: Pick<TestDatabase, 'query'>) =>
  db.query('DROP EVENT TRIGGER lose_session; DROP FUNCTION lose_session()');
