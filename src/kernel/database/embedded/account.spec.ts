import { chooseAccount, mayTraverse, parsePasswd } from './account.js';

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  '',
  '# a comment',
  'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false',
  'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash',
  '+nis::::::',
].join('\n');

describe('parsePasswd', () => {
  test('reads accounts, with ids as the kernel counts them', () => {
    expect(parsePasswd(passwd)).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'nobody', uid: 4294967294, gid: 4294967294 },
      { name: 'postgres', uid: 101, gid: 104 },
    ]);
  });
});

describe('chooseAccount', () => {
  const entries = parsePasswd(passwd);
  const nobody = { uid: 4294967294, gid: 4294967294 };

  test('takes the owner of the data, known by name or not', () => {
    expect(chooseAccount(entries, { uid: 101, gid: 104 })).toEqual({ uid: 101, gid: 104 });
    expect(chooseAccount(entries, { uid: 4711, gid: 4711 })).toEqual({ uid: 4711, gid: 4711 });
  });

  test('takes nobody for new data, and for data of root', () => {
    expect(chooseAccount(entries)).toEqual(nobody);
    expect(chooseAccount(entries, { uid: 0, gid: 0 })).toEqual(nobody);
  });

  test('names the way out when there is no account to take', () => {
    expect(() => chooseAccount([])).toThrow(/nobody.*DATABASE_URL/);
    expect(() => chooseAccount([{ name: 'nobody', uid: 0, gid: 0 }])).toThrow(/nobody/);
  });
});

describe('mayTraverse', () => {
  const account = { uid: 10, gid: 20 };

  test.each([
    ['its owner', { uid: 10, gid: 0, mode: 0o40100 }, true],
    ['its owner, who alone may not', { uid: 10, gid: 20, mode: 0o40011 }, false],
    ['its group', { uid: 0, gid: 20, mode: 0o40710 }, true],
    ['its group, which alone may not', { uid: 0, gid: 20, mode: 0o40701 }, false],
    ['anyone', { uid: 0, gid: 0, mode: 0o40755 }, true],
    ['anyone, through a closed home', { uid: 0, gid: 0, mode: 0o40700 }, false],
    ['anyone, who may list but not enter', { uid: 0, gid: 0, mode: 0o40744 }, false],
  ])('asks as the kernel does: as %s', (_who, folder, expected) => {
    expect(mayTraverse(folder, account)).toBe(expected);
  });
});
