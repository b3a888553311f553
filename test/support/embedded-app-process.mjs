// An app in a process of its own: holds the embedded server until its standard input ends, which it also does when
// the parent is killed. Runs the compiled code, as production does. Prints one line of JSON when ready, or why not.
import { rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '../../dist/src/kernel/database/embedded/index.js';

const { removeDataDir, ...options } = JSON.parse(process.argv[2] ?? '{}');
const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const logged = [];

try {
  const server = await startEmbeddedPostgres({ ...options, log: (line) => logged.push(line) });
  const { url, port, takenOver } = server;
  process.stdin.resume().once('end', async () => {
    await server.stop();
    if (removeDataDir) await rm(options.dataDir, { recursive: true, force: true });
    report({ logged });
    process.exit(0);
  });
  report({ url, port, takenOver });
} catch (error) {
  report({ error: { name: error.name, message: error.message } });
  process.exitCode = 1;
}
