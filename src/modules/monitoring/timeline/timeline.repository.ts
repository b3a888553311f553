import type { QueryRunner } from '../../../kernel/database/database.js';
import { addMark } from './queries/add-mark.sql.js';
import { markDeployment } from './queries/mark-deployment.sql.js';
import { noteSettings } from './queries/note-settings.sql.js';

export interface NewMark {
  /** null: now. */
  at: string | null;
  name: string;
  details: Readonly<Record<string, unknown>>;
  by: string | null;
}

/** Keeps what nothing else records. */
export class TimelineRepository {
  constructor(private readonly runner: QueryRunner) {}

  /** Its id; undefined: the time is in the future. */
  async add({ details, ...mark }: NewMark): Promise<string | undefined> {
    return (await this.runner.query(addMark({ ...mark, details: JSON.stringify(details) })))[0]?.id;
  }

  /** Once for each name in the cluster. */
  async deployed(name: string, details: Readonly<Record<string, unknown>>): Promise<void> {
    await this.runner.query(markDeployment({ name, details: JSON.stringify(details) }));
  }

  /** Marks the settings that somebody else has changed since the last look; returns their names. */
  async noteSettings(): Promise<string[]> {
    return (await this.runner.query(noteSettings())).map(({ name }) => name);
  }
}
