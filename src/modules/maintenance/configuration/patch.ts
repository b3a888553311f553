import type { SettingAdvice } from './advice.js';
import { PRELOAD } from './formulas.js';
import { inUnit, listItems, literal } from './setting-values.js';

/** The same changes for whoever keeps the server's configuration, in the form that is needed there. */
export interface Patch {
  postgresqlConf: string;
  alterSystem: string;
  /** For `aws rds modify-db-parameter-group --parameters`: numbers in the unit of the setting. */
  rdsParameterGroup: string;
  dockerCompose: string;
}

interface Change {
  advice: SettingAdvice;
  value: string;
}

/** Of every setting that differs. */
export function patchOf(settings: readonly SettingAdvice[]): Patch {
  const changes = settings.flatMap((advice) =>
    advice.isDifferent && advice.proposed !== null ? [{ advice, value: advice.proposed }] : [],
  );
  const lines = (line: (change: Change) => string) => changes.map(line).join('\n');
  return {
    postgresqlConf: lines(
      ({ advice, value }) =>
        `${advice.row.name} = ${literal(value)}${advice.needsRestart ? '  # needs a restart' : ''}`,
    ),
    alterSystem: lines(({ advice, value }) => `${alterSystemText(advice.row.name, value)};`),
    rdsParameterGroup: JSON.stringify(changes.map(rdsParameter), null, 2),
    dockerCompose: [
      'command:',
      '  - postgres',
      ...changes.flatMap(({ advice, value }) => [
        '  - -c',
        `  - ${JSON.stringify(`${advice.row.name}=${value}`)}`,
      ]),
    ].join('\n'),
  };
}

/** For a person. null: no longer set there. */
export function alterSystemText(name: string, value: string | null): string {
  if (value === null) return `ALTER SYSTEM RESET ${name}`;
  const values = name === PRELOAD ? listItems(value) : [value];
  return `ALTER SYSTEM SET ${name} = ${values.map(literal).join(', ')}`;
}

const rdsParameter = ({ advice: { row, needsRestart }, value }: Change) => ({
  ParameterName: row.name,
  ParameterValue: rdsValue(value, row),
  ApplyMethod: needsRestart ? 'pending-reboot' : 'immediate',
});

function rdsValue(value: string, { type, unit, name }: SettingAdvice['row']): string {
  if (type === 'bool') return value === 'on' ? '1' : '0';
  if (name === PRELOAD) return listItems(value).join(',');
  const number = inUnit(value, unit);
  return number === null ? value : String(number);
}
