import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from '../live-statistics/connection.js';
import type { Form } from './forms.js';

const PAUSE_MS = 250;

export interface Fold {
  changes: number;
  ms: number;
}

/** Folds with the server's pause until `signal` fires; each fold is told to `onFold`. */
export const foldSteadily = (
  databaseUrl: string,
  form: Form,
  signal: AbortSignal,
  onFold: (fold: Fold) => void,
): Promise<void> =>
  withConnection(databaseUrl, new AbortController().signal, async (connection) => {
    while (!signal.aborted) {
      const startedAt = performance.now();
      const changes = await form.fold(connection);
      onFold({ changes, ms: performance.now() - startedAt });
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  });

/** Until there is nothing more. */
export const foldAll = (databaseUrl: string, form: Form, signal: AbortSignal): Promise<void> =>
  withConnection(databaseUrl, signal, async (connection) => {
    while ((await form.fold(connection)) > 0) signal.throwIfAborted();
  });
