// A process that folds the database of DATABASE_URL as the server does it, without a pause. Runs the compiled code.
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { connectionOptions } from '../../dist/src/kernel/database/connection.js';
import { DedicatedSessions } from '../../dist/src/kernel/database/dedicated-session.js';
import { DatabaseWatchdog } from '../../dist/src/kernel/database/watchdog.js';
import { LeaderLoop } from '../../dist/src/kernel/tasks/leader-loop.js';
import { FoldTask } from '../../dist/src/modules/statistics/tasks/fold.task.js';

const config = loadConfig({ ...process.env, JWT_SECRET: 'x'.repeat(32) });
const watchdog = new DatabaseWatchdog(connectionOptions(config, 'fold-process watchdog'));
const folded = (changes) => process.stdout.write(`folded ${changes}\n`);
new LeaderLoop(new FoldTask(0, { folded }), new DedicatedSessions(config, watchdog)).start();
