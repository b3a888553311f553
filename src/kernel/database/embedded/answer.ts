import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedInUseError, EmbeddedStartError } from './errors.js';
import { readPostmasterPid } from './postmaster.js';
import { isRunning } from './processes.js';
import { isFull, isNotReady, openSession } from './session.js';

/** A server that replays its log after a crash says so at each try, and gets this long. */
const recoveryLimitMs = 600_000;
const noticeEveryMs = 5000;

export type Answer =
  | { kind: 'session'; client: pg.Client; port: number }
  | { kind: 'stopping' } // it shuts down
  | { kind: 'gone' }
  | { kind: 'silent' }; // it does not answer: frozen, or far too slow

export interface Question {
  pid: number;
  data: string;
  dataDir: string;
  password: string;
  /** How long a server may say nothing. */
  patienceMs: number;
  log: (line: string) => void;
}

/** Connects to a server that has just been started, or was found running. */
export async function awaitAnswer(question: Question): Promise<Answer> {
  const recoveryDeadline = Date.now() + recoveryLimitMs;
  let deadline = Date.now() + question.patienceMs;
  let pauseMs = 10;
  let notice = Date.now() + noticeEveryMs;
  while (Date.now() < deadline) {
    const outcome = await askOnce(question, deadline - Date.now());
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'recovering' && Date.now() < recoveryDeadline)
      deadline = Date.now() + question.patienceMs;
    if (outcome === 'recovering' && Date.now() > notice) {
      question.log('PostgreSQL is recovering after an unclean end; this may take some minutes');
      notice = Date.now() + noticeEveryMs;
    }
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, 250); // ready within ms as a rule; each refusal of a recovering one is logged
  }
  return { kind: 'silent' };
}

async function askOnce(question: Question, timeoutMs: number): Promise<Answer | 'recovering' | 'no answer'> {
  const { data, password, pid } = question;
  const now = await readPostmasterPid(data);
  if (now?.pid !== pid || !(await isRunning(pid))) return { kind: 'gone' };
  try {
    const client = await openSession({ port: now.port, password, data }, Math.max(timeoutMs, 100));
    return { kind: 'session', client, port: now.port };
  } catch (error) {
    if (error instanceof EmbeddedStartError) throw error;
    if (isFull(error)) throw new EmbeddedInUseError(question.dataDir);
    if (!isNotReady(error)) return 'no answer';
    return now.status === 'stopping' ? { kind: 'stopping' } : 'recovering';
  }
}
