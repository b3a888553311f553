// A process that sends alerts from DATABASE_URL to ALERT_WEBHOOK_URL, as a leader. Runs the compiled code.
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { connectionOptions } from '../../dist/src/kernel/database/connection.js';
import { DedicatedSessions } from '../../dist/src/kernel/database/dedicated-session.js';
import { DatabaseWatchdog } from '../../dist/src/kernel/database/watchdog.js';
import { LeaderLoop } from '../../dist/src/kernel/tasks/leader-loop.js';
import { AlertsTask } from '../../dist/src/modules/monitoring/checks/alerts/alerts.task.js';

const config = loadConfig({ ...process.env, JWT_SECRET: 'x'.repeat(32) });
const watchdog = new DatabaseWatchdog(connectionOptions(config, 'alerts watchdog'));
new LeaderLoop(new AlertsTask(config.alerts.webhook), new DedicatedSessions(config, watchdog)).start();
