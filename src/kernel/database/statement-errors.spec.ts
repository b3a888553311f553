import { Metrics } from '../telemetry/metrics.js';
import { StatementErrors } from './statement-errors.js';

const pgError = (code: string, message = 'canceling statement due to statement timeout') =>
  Object.assign(new Error(message), { code });

it('counts time-outs, locks and deadlocks by label until they are taken, and nothing else', async () => {
  const metrics = new Metrics();
  const errors = new StatementErrors(metrics);
  errors.record('events.list', pgError('57014'));
  errors.record('events.list', pgError('57014'));
  errors.record('events.list', pgError('55P03'));
  errors.record('x.y', pgError('40P01'));
  errors.record('x.y', pgError('57014', 'canceling statement due to user request'));
  errors.record('x.y', pgError('23505'));
  errors.record('x.y', new Error('Connection terminated'));
  const all = [
    { label: 'events.list', sqlstate: '57014', count: 2 },
    { label: 'events.list', sqlstate: '55P03', count: 1 },
    { label: 'x.y', sqlstate: '40P01', count: 1 },
  ];
  const taken = errors.take();
  expect(taken).toEqual(all);
  expect(errors.take()).toEqual([]);
  errors.record('events.list', pgError('57014'));
  errors.putBack(taken);
  expect(errors.take()).toContainEqual({ label: 'events.list', sqlstate: '57014', count: 3 });
  expect(await metrics.text()).toContain(
    'ethhook_statement_errors_total{statement="events.list",error="statement_timeout"} 3',
  );
});
