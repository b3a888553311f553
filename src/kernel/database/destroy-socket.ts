import type pg from 'pg';

/** Ends a connection whose server may never answer again; a clean end() would wait for it. */
export function destroySocket(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
