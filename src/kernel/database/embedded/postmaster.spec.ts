import { backendsOf, clusterName, orphanedBackends, parsePostmasterPid } from './postmaster.js';
import type { ProcessInfo } from './processes.js';

const data = '/srv/app/.data/postgres/data';
const title = `postgres: ${clusterName(data)}: checkpointer`;
const command = `/srv/app/native/bin/postgres -D ${data} -p 5555 -c cluster_name=x`;
const info = (pid: number, parent: number, text: string): ProcessInfo => ({
  pid,
  parent,
  started: '1',
  zombie: false,
  command: text,
});

describe('parsePostmasterPid', () => {
  test('reads the file of a running server', () => {
    const text = `4711\n${data}\n1790000000\n5555\n\n127.0.0.1\n  1234 5\nready   \n`;
    expect(parsePostmasterPid(text)).toEqual({ pid: 4711, port: 5555, status: 'ready' });
  });

  test('reads one that has only just been created', () => {
    expect(parsePostmasterPid(`4711\n${data}\n1790000000\n5555\n`)).toEqual({
      pid: 4711,
      port: 5555,
      status: '',
    });
  });

  test.each(['', '\n', 'nonsense\n', '4711\n', `4711\n${data}\n1790000000\nnoport\n`])(
    'rejects %j',
    (text) => {
      expect(parsePostmasterPid(text)).toBeUndefined();
    },
  );
});

describe('backendsOf', () => {
  test("finds the postmaster's children only", () => {
    const justForked = info(3, 1, command);
    const others = [
      info(4, 9, title),
      info(5, 1, 'postgres: ethhook-other: checkpointer'),
      info(6, 1, 'bash'),
    ];
    expect(backendsOf([info(2, 1, title), justForked, ...others], data, 1).map((p) => p.pid)).toEqual([2, 3]);
  });
});

describe('orphanedBackends', () => {
  test('finds those of a dead server, never those of a living one', () => {
    const living = [info(10, 1, command), info(11, 10, title)];
    expect(orphanedBackends([info(12, 1, title), ...living], data).map((p) => p.pid)).toEqual([12]);
  });

  test('takes no process for one that only names the data or the cluster', () => {
    const lookalikes = [info(2, 1, `tail -f ${data}/log`), info(3, 1, `grep postgres: ${clusterName(data)}`)];
    expect(orphanedBackends(lookalikes, data)).toEqual([]);
  });
});
