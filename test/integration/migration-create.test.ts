import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMigrationFiles, readMigrationFiles } from '../../scripts/migration-lint/migration-files.js';

const script = join(__dirname, '..', '..', 'dist', 'scripts', 'migration-create.js');
const firstName = 'MakeThings1600000000000';
const index = `import { ${firstName} } from './1600000000000-MakeThings.js';

// The reason for the array.
export const migrations = [${firstName}] as const;
`;

let root: string;
let directory: string;

function create(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { cwd: root }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
const read = (file: string) => readFile(join(directory, file), 'utf8');
const files = async () => (await readdir(directory)).filter((name) => name !== 'index.ts').sort();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ethhook-create-'));
  directory = join(root, 'src', 'migrations');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'index.ts'), index);
  await writeFile(
    join(directory, '1600000000000-MakeThings.ts'),
    `export class ${firstName} implements MigrationInterface {}`,
  );
});
afterEach(() => rm(root, { recursive: true }));

it('writes a migration that cannot run yet, and registers it behind the newest', async () => {
  expect(await create('AddUserId')).toMatchObject({ code: 0, stderr: '' });
  expect(await create('FillUserIdOfEachDeliveryAttempt')).toMatchObject({ code: 0, stderr: '' });
  const [, second = '', third = ''] = await files();
  const [, timestamp = ''] = /^(\d{13})-AddUserId\.ts$/.exec(second) ?? [];
  expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
  expect(Number(third.slice(0, 13))).toBeGreaterThan(Number(timestamp));
  const thirdName = `FillUserIdOfEachDeliveryAttempt${third.slice(0, 13)}`;
  expect(await read('index.ts')).toBe(`import { ${firstName} } from './1600000000000-MakeThings.js';
import { AddUserId${timestamp} } from './${timestamp}-AddUserId.js';
import { ${thirdName} } from './${third.replace('.ts', '.js')}';

// The reason for the array.
export const migrations = [
  ${firstName},
  AddUserId${timestamp},
  ${thirdName},
] as const;
`);
  const source = await read(second);
  expect(source).toContain(`export class AddUserId${timestamp} implements MigrationInterface`);
  expect(source.match(/throw new Error\('(up|down)\(\) is not written yet'\)/g)).toHaveLength(2);
  const registered = [firstName, `AddUserId${timestamp}`, thirdName];
  expect(checkMigrationFiles(await readMigrationFiles(directory), registered)).toEqual([]);
});

it('stays behind a migration whose clock was ahead', async () => {
  await writeFile(join(directory, '9000000000000-ComeLater.ts'), '');
  await create('AddUserId');
  expect(await files()).toContain('9000000000001-AddUserId.ts');
});

it.each([
  ['addUserId', /"addUserId" is no name like AddUserId/],
  ['Add', /"Add" is no name like AddUserId/],
  ['Add-User-Id', /is no name like AddUserId/],
  ['../AddUserId', /is no name like AddUserId/],
  ['MakeThings', /^MakeThings is there already, from 2020-09-13T/],
  ['--help', /^usage: npm run migration:create/],
])('refuses %s with exit code 2 and writes nothing', async (name, message) => {
  const before = await files();
  expect(await create(name)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(await files()).toEqual(before);
  expect(await read('index.ts')).toBe(index);
});

it('refuses an index.ts that it does not understand, and writes nothing', async () => {
  await writeFile(join(directory, 'index.ts'), 'export const migrations = all();\n');
  expect(await create('AddUserId')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/index.ts has no/),
  });
  expect(await files()).toHaveLength(1);
});
