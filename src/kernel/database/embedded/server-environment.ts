/**
 * The environment of PostgreSQL's programs. Not the app's: that one holds secrets which other processes of the
 * server's account could read, and PG* or LC_* variables would change what initdb and the server do.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept =
    process.platform === 'win32' ? ['SystemRoot', 'SystemDrive', 'ComSpec', 'TEMP', 'TMP', 'PATH'] : ['PATH'];
  const inherited = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}
