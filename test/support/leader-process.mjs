// A process with one leader loop on DATABASE_URL. Each run thinks for 300 ms and then adds a row with its name to
// the table `acts`, all in one transaction. Runs the compiled code. Prints a line at each step.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { connectionOptions } from '../../dist/src/kernel/database/connection.js';
import { DedicatedSessions } from '../../dist/src/kernel/database/dedicated-session.js';
import { sql } from '../../dist/src/kernel/database/sql.js';
import { DatabaseWatchdog } from '../../dist/src/kernel/database/watchdog.js';
import { LeaderLoop } from '../../dist/src/kernel/tasks/leader-loop.js';

const name = process.argv[2] ?? '';
const config = loadConfig({ ...process.env, JWT_SECRET: 'x'.repeat(32) });
const watchdog = new DatabaseWatchdog(connectionOptions(config, `${name} watchdog`));
const print = (line) => process.stdout.write(`${line}\n`);

const loop = new LeaderLoop(
  {
    name: 'act',
    description: '',
    run: async (session) => {
      try {
        await session.transaction({}, async (tx) => {
          print('thinks');
          await sleep(300);
          await tx.query(sql('test.act')`INSERT INTO acts (who) VALUES (${name})`);
        });
        print('acted');
      } catch (error) {
        print(`failed: ${error.code}`);
        throw error;
      }
      return 50;
    },
  },
  new DedicatedSessions(config, watchdog),
);
loop.start();
