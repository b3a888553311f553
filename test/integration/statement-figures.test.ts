import { startStatementWorld, type Reading, type StatementWorld } from '../support/statement-world.js';

let world: StatementWorld;
beforeAll(async () => {
  world = await startStatementWorld();
}, 60_000);
afterAll(() => world.remove());

const fields = ['calls', 'rows', 'exec_ms', 'blocks_hit', 'wal_bytes'] as const;
const zero: Reading = { calls: 0, rows: 0, exec_ms: 0, blocks_hit: 0, wal_bytes: 0 };

const tracked = ['slow', 'writes', 'rare'];
const rare = 'rare';

const work = async (calls: number, rows: number) => {
  for (let call = 0; call < calls; call++)
    await world.run(
      `SELECT /* slow */ count(*) FROM generate_series(1, ${rows})`,
      `INSERT /* writes */ INTO kept SELECT n FROM generate_series(1, ${Math.min(rows, 50)}) n`,
    );
};
const workRarely = (rows: number) => world.run(`SELECT /* rare */ sum(n) FROM generate_series(1, ${rows}) n`);

/** The sums of a test that knows what happened when, and so where counting begins anew. */
class Expected {
  readonly sums = new Map(tracked.map((word) => [word, { ...zero }]));
  private base = new Map<string, Reading>();

  async begin(): Promise<void> {
    this.base = await world.read();
  }

  /** What has been added since the last time; then `lost` begin at zero. */
  async add(lost: readonly string[] = []): Promise<void> {
    const now = await world.read();
    for (const word of tracked)
      for (const field of fields)
        (this.sums.get(word) as Reading)[field] +=
          (now.get(word) ?? zero)[field] - (this.base.get(word) ?? zero)[field];
    this.base = new Map([...now].filter(([word]) => !lost.includes(word)));
  }
}

/** So many others that the least used go. */
async function crowdOut(word: string): Promise<void> {
  for (let round = 0; (await world.read()).has(word); round++) {
    if (round === 20) throw new Error(`${word} is not evicted`);
    for (let columns = 1; columns <= 110; columns++)
      await world.run(`SELECT ${Array(columns).fill('1').join(', ')}`);
  }
}

it("adds up to pg_stat_statements' own over a reset, an eviction, a restart and a crash", async () => {
  await world.run('CREATE TABLE kept (n int)');
  await work(5, 1000);
  await workRarely(20_000);
  await world.turn();
  const expected = new Expected();
  await expected.begin();
  const [{ from } = { from: '' }] = await world
    .session()
    .run<{ from: string }>('SELECT clock_timestamp() AS from');

  await work(3, 2000);
  await workRarely(100_000);
  await world.turn();
  await expected.add(tracked);
  await world.run('SELECT pg_stat_statements_reset()');
  // More calls than before: only the time of the reset tells.
  await work(20, 3000);
  await workRarely(500_000);
  await world.turn();
  await expected.add(tracked);
  // Nothing was evicted before this one, so that no other count falls with it.
  await world.run('SELECT pg_stat_statements_reset()');
  await work(30, 6000);
  await workRarely(700_000);
  await world.turn();
  await expected.add();

  await expected.add([rare]);
  await crowdOut(rare);
  await world.turn();
  for (let call = 0; call < 3; call++) await workRarely(50_000);
  await work(2, 100);
  await world.turn();
  await expected.add();
  // It goes and comes back between two turns, and has done more calls by then. Before 17 only a figure that has fallen,
  // here that of the longest call, tells.
  await expected.add([rare]);
  await crowdOut(rare);
  for (let call = 0; call < 5; call++) await workRarely(5);
  await world.turn();
  await expected.add();

  await restart();
  await work(4, 500);
  await world.turn();
  await expected.add();

  await expected.add(tracked);
  await world.server.kill();
  await world.server.restart();
  await world.reconnect();
  await work(40, 4000);
  await workRarely(10);
  await world.turn();
  await expected.add();

  const found = await world.reads().ranked({
    ...{ from, until: 'infinity', order: 'total', minMeanMs: 0, limit: 100, queryid: null },
  });
  for (const word of tracked) {
    const mine = found.find((row) => row.text?.includes(`/* ${word} */`));
    const sums = expected.sums.get(word) as Reading;
    expect([word, mine?.calls, mine?.rows, mine?.blocksHit, mine?.walBytes]).toEqual([
      ...[word, sums.calls, sums.rows, sums.blocks_hit, sums.wal_bytes],
    ]);
    expect(mine?.execMs).toBeCloseTo(sums.exec_ms, 6);
  }
  const { evictions } = await world.reads().coverage({ from, until: null, hours: 1 });
  expect(evictions).toBeGreaterThan(0);
}, 60_000);

/** As an operator does it: what pg_stat_statements has goes to disk. */
async function restart(): Promise<void> {
  await world.session().close();
  await world.server.stop();
  await world.server.restart();
  await world.reconnect();
}
