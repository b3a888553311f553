/** Stops the server that this run's global set-up started; runs after failed tests, too. */
export default async function globalTeardown(): Promise<void> {
  const stop = globalThis.stopTestServer;
  globalThis.stopTestServer = undefined; // of several projects only the first finds it
  await stop?.();
}
