import type { Socket } from 'node:net';
import type pg from 'pg';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Latency } from '../report/latency.js';
import { directly, openClient } from './connection.js';
import { timeWarm } from './timing.js';

/** Type Z, length 5, not in a transaction: the last bytes of a server's answer. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const ERROR = 'E'.charCodeAt(0);

/**
 * What the database needs for a read: from sending the bytes of its statements, one after the other, to having the whole
 * answer of each, which is not parsed. The bytes are those that the driver sends; rows must not change meanwhile.
 */
export async function timeInDatabase(
  databaseUrl: string,
  read: (runner: QueryRunner) => Promise<unknown>,
  signal: AbortSignal,
): Promise<Latency> {
  const client = await openClient(databaseUrl, signal);
  try {
    // The first time prepares the statements, and sends other bytes.
    await read({ query: (statement) => directly.query(client, statement) });
    const requests = await recordRequests(client, read);
    return await withBareSocket(client, (socket) =>
      timeWarm(async () => {
        for (const request of requests) await exchange(socket, request);
      }, signal),
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The driver's own connection, which its types do not show. */
const socketOf = (client: pg.Client) =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

async function recordRequests(
  client: pg.Client,
  read: (runner: QueryRunner) => Promise<unknown>,
): Promise<Buffer[]> {
  const socket = socketOf(client);
  const requests: Buffer[][] = [];
  const write: (chunk: Buffer) => boolean = socket.write.bind(socket);
  socket.write = (chunk: Buffer) => {
    requests.at(-1)?.push(Buffer.from(chunk));
    return write(chunk);
  };
  try {
    await read({
      query: (statement) => {
        requests.push([]);
        return directly.query(client, statement);
      },
    });
  } finally {
    socket.write = write;
  }
  return requests.map((chunks) => Buffer.concat(chunks));
}

/** The driver does not listen meanwhile. */
async function withBareSocket<T>(client: pg.Client, use: (socket: Socket) => Promise<T>): Promise<T> {
  const socket = socketOf(client);
  const listeners = socket.listeners('data') as (() => void)[];
  socket.removeAllListeners('data');
  try {
    return await use(socket);
  } finally {
    for (const listener of listeners) socket.on('data', listener);
  }
}

function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let isFailed = false;
    let end = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      isFailed ||= chunk[0] === ERROR;
      end = Buffer.concat([end, chunk]).subarray(-READY.length);
      if (!end.equals(READY)) return;
      socket.off('data', onData);
      if (isFailed) reject(new Error('the database refused a statement that it had answered before'));
      else resolve();
    };
    socket.on('data', onData);
    socket.write(request);
  });
}
