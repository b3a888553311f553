// usage: node .ci/summary.mjs <jest's JSON file>
// Fails when a test failed, was skipped or is only planned, or when a jest project ran none. The last line counts.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import config from '../jest.config.mjs';

const results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const files = results.testResults.map((file) => ({
  ...file,
  path: relative(config.rootDir ?? process.cwd(), file.name),
}));
const tests = files.flatMap(({ path, assertionResults }) =>
  assertionResults.map(({ status, fullName }) => ({
    status,
    name: `${path}: ${fullName}`,
    tier: tierOf(path),
  })),
);

// src/**/*.spec.ts are the unit tests; the folders below test/ are named like their projects.
function tierOf(path) {
  const [top, folder] = path.split(/[\\/]/);
  return top === 'test' ? folder : 'unit';
}

const count = (status, tier) =>
  tests.filter((test) => test.status === status && (tier === undefined || test.tier === tier)).length;
const passed = count('passed');
const failed = count('failed');
const problems = [];

for (const { displayName: tier } of config.projects) {
  console.log(`${tier.padEnd(12)} ${count('passed', tier)} passed, ${count('failed', tier)} failed`);
  if (count('passed', tier) + count('failed', tier) === 0) problems.push(`No ${tier} test has run.`);
}
for (const { status, name } of tests)
  if (status !== 'passed') problems.push(`${status === 'pending' ? 'skipped' : status}: ${name}`);
// A suite that cannot be loaded has no tests that could fail.
for (const { path, status, assertionResults } of files)
  if (status !== 'passed' && assertionResults.length === 0) problems.push(`${status}: ${path}`);
const { numTotalTests, numPendingTests, numPendingTestSuites, numTodoTests, numRuntimeErrorTestSuites } =
  results;
for (const [name, value] of Object.entries({ numPendingTests, numPendingTestSuites, numTodoTests }))
  if (value > 0) problems.push(`jest's ${name} is ${value}: in CI nothing is skipped.`);
if (numRuntimeErrorTestSuites > 0) problems.push(`${numRuntimeErrorTestSuites} suite(s) could not run.`);
if (numTotalTests !== passed + failed)
  problems.push(`Of ${numTotalTests} tests only ${passed + failed} have run.`);
if (!results.success && problems.length === 0) problems.push('jest says that it was no success.');

for (const problem of problems) console.log(problem);
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exitCode = problems.length > 0 ? 1 : 0;
