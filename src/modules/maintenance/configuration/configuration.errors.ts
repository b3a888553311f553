import { DomainError } from '../../../kernel/errors/domain-error.js';

export const notAdvised = () =>
  new DomainError('invalid', 'setting_not_advised', 'It is none of the settings that are advised here', {
    field: 'name',
  });

export const badValue = (message: string) =>
  new DomainError('invalid', 'invalid_setting_value', message, { field: 'value' });

export const noProposal = (reason: string) =>
  new DomainError('conflict', 'no_proposal', `No value: ${reason}`);

export const alterSystemRefused = (reason: string) =>
  new DomainError('forbidden', 'alter_system_refused', `It cannot be set from here: ${reason}`);

export const notApplied = (name: string) =>
  new DomainError(
    'conflict',
    'setting_not_applied',
    `The server did not take ${name} over after a reload; it was put back`,
  );

export const libraryMissing = (library: string) =>
  new DomainError(
    'conflict',
    'library_missing',
    `The server has no library ${library}: with it in the list it would not start again`,
  );

export const nothingToRevert = () =>
  new DomainError('not_found', 'nothing_to_revert', 'Nothing set by apply-setting is left to revert', {
    field: 'name',
  });

export const changedSince = (name: string) =>
  new DomainError(
    'conflict',
    'setting_changed_since',
    `Somebody else has changed ${name} since it was applied: it stays`,
  );
