// Migrates the database in DATABASE_URL with the compiled code.
import { runMigrations } from '../../dist/src/data-source.js';

await runMigrations(process.env.DATABASE_URL, () => undefined);
