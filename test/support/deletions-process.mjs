// A process that removes what is deleted in the database of DATABASE_URL as the server does it. Runs the compiled code.
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { connectionOptions } from '../../dist/src/kernel/database/connection.js';
import { DedicatedSessions } from '../../dist/src/kernel/database/dedicated-session.js';
import { DatabaseWatchdog } from '../../dist/src/kernel/database/watchdog.js';
import { LeaderLoop } from '../../dist/src/kernel/tasks/leader-loop.js';
import { DeletionsTask } from '../../dist/src/modules/accounts/tasks/deletions.task.js';

const config = loadConfig({ ...process.env, JWT_SECRET: 'x'.repeat(32) });
const watchdog = new DatabaseWatchdog(connectionOptions(config, 'deletions-process watchdog'));
const removed = (attempts) => process.stdout.write(`removed ${attempts}\n`);
new LeaderLoop(
  new DeletionsTask(Number(process.env.MAX_UNFOLDED), { removed }),
  new DedicatedSessions(config, watchdog),
).start();
