import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { recordDifference } from './queries/record-difference.sql.js';

/** A page of events with their data may be long; its beginning and the differing fields are enough to look. */
const MAX_CHARACTERS = 64 * 1024;

@Injectable()
export class ShadowRepository {
  constructor(private readonly database: Database) {}

  async record(read: string, parameters: unknown, live: unknown, original: unknown): Promise<void> {
    await this.database.background.query(
      recordDifference({
        read,
        parameters: bounded(parameters),
        live: bounded(live),
        original: bounded(original),
      }),
    );
  }
}

function bounded(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length <= MAX_CHARACTERS ? text : JSON.stringify({ truncated: text.slice(0, MAX_CHARACTERS) });
}
