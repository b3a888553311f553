import { migrations } from '../../src/migrations/index.js';
import { readEndState } from '../support/end-state.js';
import { migrate, startMigrate } from '../support/migrate-cli.js';
import { copyDatabase, createOriginalWorld, dropDatabase } from '../support/original-world.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { untilBuildWaits, withOldSnapshot } from '../support/waiting-build.js';

jest.setTimeout(60_000);

// Enough for index builds to take some time.
const EVENTS = 20_000;
const names = migrations.map(({ name }) => name);

let original: TestDatabase;
let url: string;

beforeAll(async () => {
  original = await createEmptyDatabase();
  await createOriginalWorld(original.url, EVENTS);
});
afterAll(() => original.drop());
beforeEach(async () => {
  url = await copyDatabase(original.url, `${new URL(original.url).pathname.slice(1)}_two`);
});
afterEach(() => dropDatabase(url));

const expectComplete = async () =>
  expect(await readEndState(url)).toMatchObject({ ledger: names, leftovers: [] });

it('of two runs started together one works, and the other waits and finds nothing to do', async () => {
  const outcomes = await Promise.all([migrate(url, 'run'), migrate(url, 'run')]);
  const [idle, working] = outcomes.sort((one, other) => one.output.length - other.output.length);
  expect(idle).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^waiting for another migration run \(.+\)\nnothing is pending\n$/),
  });
  expect(working).toMatchObject({
    code: 0,
    output: expect.stringMatching(new RegExp(`${names.length} applied\n$`)),
  });
  expect(working?.output).not.toMatch(/deadlock|attempt \d/);
  await expectComplete();
});

describe('while a run is at an index build that waits', () => {
  it('others wait or leave, none of them keeps the build waiting', async () => {
    const [building, waiting] = await withOldSnapshot(url, async () => {
      const first = startMigrate(url, 'run');
      await untilBuildWaits(url);
      const second = startMigrate(url, 'run');
      await second.prints(/waiting for another migration run/);
      for (const command of ['run', 'revert'])
        expect(await migrate(url, command, '--wait-seconds', '0')).toMatchObject({
          code: 5,
          output: expect.stringMatching(/^another migration run is still at work \(backend \d+ on .+\)/),
        });
      return [first, second];
    });
    const { code, output } = await building.ended();
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(new RegExp(`${migrations.length} applied\\n$`)),
    });
    expect(output).not.toMatch(/deadlock|attempt \d/);
    expect(await waiting.ended()).toMatchObject({
      code: 0,
      output: expect.stringMatching(/nothing is pending\n$/),
    });
    await expectComplete();
  });

  it('Ctrl-C ends one that waits for it', async () => {
    await withOldSnapshot(url, async () => {
      const building = startMigrate(url, 'run');
      await untilBuildWaits(url);
      const waiting = startMigrate(url, 'run', '--wait-seconds', '6');
      await waiting.prints(/waiting for another migration run/);
      const interruptedAt = performance.now();
      waiting.send('SIGINT');
      expect(await waiting.ended()).toMatchObject({ code: 130 });
      expect(performance.now() - interruptedAt).toBeLessThan(2000);
      building.send('SIGINT');
      expect(await building.ended()).toMatchObject({ code: 130 });
    });
  });
});
