export { startEmbeddedPostgres, type EmbeddedServer, type StartOptions } from './embedded-server.js';
export { EmbeddedInUseError, EmbeddedStartError } from './errors.js';
export { runningEmbeddedUrl } from './running-server.js';
export { embeddedSecrets, type EmbeddedSecrets } from './secrets.js';
