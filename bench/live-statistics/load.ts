import { median } from '../report/latency.js';

/** A client's next request. */
export type Request = () => Promise<unknown>;

export interface Client {
  close(): Promise<void>;
}

export interface Operation<C extends Client> {
  name: string;
  send: (client: C) => Promise<unknown>;
}

/** Answers a second: medians over the rounds, so that a disturbance of one round does not decide. */
export interface Throughput {
  name: string;
  clients: number;
  perSecond: number;
}

export const CLIENTS = [1, 8, 32];
const ROUNDS = 3;

/** A new backend's caches and its plan of the statement are made then. */
const WARM_UPS = 10;

/** Closed loop: each client sends its next request when it has the answer. The operations take turns, round by round. */
export async function measureThroughput<C extends Client>(
  connect: () => Promise<C>,
  operations: readonly Operation<C>[],
  roundSeconds: number,
  signal: AbortSignal,
): Promise<Throughput[]> {
  const found: Throughput[] = [];
  for (const clients of CLIENTS) {
    const rates = operations.map((): number[] => []);
    await withClients(connect, clients, async (opened) => {
      for (const { send } of operations)
        await Promise.all(opened.map((client) => times(WARM_UPS, () => send(client))));
      for (let round = 0; round < ROUNDS; round++) {
        for (const [i, { send }] of operations.entries())
          rates[i]?.push(await runRound(opened, send, roundSeconds, signal));
      }
    });
    operations.forEach(({ name }, i) => found.push({ name, clients, perSecond: median(rates[i] ?? []) }));
  }
  return found;
}

export async function withClients<C extends Client>(
  connect: () => Promise<C>,
  count: number,
  use: (clients: readonly C[]) => Promise<void>,
): Promise<void> {
  const opened: C[] = [];
  try {
    for (let i = 0; i < count; i++) opened.push(await connect());
    await use(opened);
  } finally {
    await Promise.all(opened.map((client) => client.close()));
  }
}

/** Answers a second of a closed loop. */
export async function runRound<C extends Client>(
  clients: readonly C[],
  send: (client: C) => Promise<unknown>,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;
  let answers = 0;
  const loop = async (client: C) => {
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      await send(client);
      answers++;
    }
  };
  await Promise.all(clients.map(loop));
  return (answers * 1000) / (performance.now() - startedAt);
}

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await run();
}
