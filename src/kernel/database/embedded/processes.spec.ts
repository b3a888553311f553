import { parseProc, parsePs } from './processes.js';

describe('parseProc', () => {
  const rest = '1 4711 4711 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 0';

  test('reads parent, start time and command', () => {
    expect(parseProc(4711, `4711 (postgres) S ${rest}\n`, 'postgres\0-D\0/data\0\0')).toEqual({
      pid: 4711,
      parent: 1,
      started: '987654',
      zombie: false,
      command: 'postgres -D /data',
    });
  });

  test('is not misled by the name of a program', () => {
    expect(parseProc(1, `1 (evil) Z 0 (x) S ${rest}`, '')).toMatchObject({ parent: 1, zombie: false });
  });

  test('knows the dead', () => {
    expect(parseProc(1, `1 (postgres) Z ${rest}`, '')).toMatchObject({ zombie: true });
  });
});

describe('parsePs', () => {
  test('reads what ps of macOS prints', () => {
    const output = [
      '  501     1 Ss   Sun Nov  2 12:19:01 2026     /x y/postgres -D /data -p 1',
      ' 5021   501 Z    Sun Nov 22 12:19:02 2026     (postgres)',
      '',
    ].join('\n');
    expect(parsePs(output)).toEqual([
      {
        pid: 501,
        parent: 1,
        started: 'Sun Nov  2 12:19:01 2026',
        zombie: false,
        command: '/x y/postgres -D /data -p 1',
      },
      { pid: 5021, parent: 501, started: 'Sun Nov 22 12:19:02 2026', zombie: true, command: '(postgres)' },
    ]);
  });
});
