import { FlagError, optionalText, toggle, wholeNumber } from '../../src/demo/flags.js';
import {
  AutovacuumService,
  BloatService,
  ConfigurationService,
  IndexEvidenceService,
  patchFormats,
  RetentionService,
} from '../../src/modules/maintenance/index.js';
import { askFlags, askUsage, oneOf } from './flags.js';
import { done } from './outcome.js';
import { adviceLines, bloatLines, evidenceLines, proposalLines, retentionLines } from './part-lines.js';
import { verb, type Verb } from './verb.js';

const adviseFlags = { format: oneOf(patchFormats) };
const indexFlags = { ...askFlags, schema: optionalText(1) };
const kinds = ['autovacuum', 'setting'] as const;

function kindOf(text: string | undefined, usage: string): (typeof kinds)[number] {
  const kind = kinds.find((one) => one === text);
  if (kind === undefined) throw new FlagError(`usage: ${usage}`);
  return kind;
}

const ofIndex = (name: 'drop' | 'rebuild' | 'restore', job: string, help: string): Verb =>
  verb({
    usage: `${name} INDEX [--schema NAME] ${askUsage}`,
    help,
    positionals: [1, 1],
    flags: indexFlags,
    act: (desk, [index = ''], { schema = 'public', ...flags }) => desk.ask(job, { schema, index }, flags),
  });

const applyUsage = `apply autovacuum [TABLE] | apply setting NAME [VALUE] ${askUsage}`;
const revertUsage = `revert autovacuum TABLE | revert setting NAME ${askUsage}`;

/** The parts of maintenance: what they propose, and what applies it. */
export const partVerbs: Readonly<Record<string, Verb>> = {
  propose: verb({
    usage: 'propose',
    help: 'autovacuum settings of each table, with the reasons',
    flags: {},
    act: async (desk) => {
      const proposals = await desk.get(AutovacuumService).propose();
      return done(proposals, proposalLines(proposals));
    },
  }),
  advise: verb({
    usage: `advise [--format ${patchFormats.join('|')}]`,
    help: "the server's settings with the reasons, or what differs as a patch",
    flags: adviseFlags,
    act: async (desk, _, { format }) => {
      const advice = await desk.get(ConfigurationService).advise();
      return done(advice, format === undefined ? adviceLines(advice) : [advice.patch[format]]);
    },
  }),
  apply: verb({
    usage: applyUsage,
    help: 'sets what is proposed for tables, or one setting of the server',
    positionals: [1, 3],
    flags: askFlags,
    act: (desk, [kind, name, value], flags) => {
      if (kindOf(kind, applyUsage) === 'autovacuum')
        return desk.ask('tune-autovacuum', name === undefined ? {} : { table: name }, flags);
      return desk.ask('apply-setting', { name, ...(value !== undefined && { value }) }, flags);
    },
  }),
  revert: verb({
    usage: revertUsage,
    help: 'takes back what was set',
    positionals: [2, 2],
    flags: askFlags,
    act: (desk, [kind, name = ''], flags) =>
      kindOf(kind, revertUsage) === 'autovacuum'
        ? desk.ask('revert-autovacuum', { table: name }, flags)
        : desk.ask('revert-setting', { name }, flags),
  }),
  indexes: verb({
    usage: 'indexes',
    help: 'indexes that are invalid or of no use, how that is known, and what was dropped',
    flags: {},
    act: async (desk) => {
      const evidence = await desk.get(IndexEvidenceService).evidence();
      return done(evidence, evidenceLines(evidence));
    },
  }),
  drop: ofIndex('drop', 'drop-index', 'drops an index beside readers and writers, restorably'),
  rebuild: ofIndex('rebuild', 'rebuild-index', 'rebuilds an index beside readers and writers'),
  restore: ofIndex('restore', 'restore-index', 'builds a dropped index again'),
  bloat: verb({
    usage: 'bloat [--measured]',
    help: 'what tables and indexes waste, by estimate or measured with pgstattuple',
    flags: { measured: toggle },
    act: async (desk, _, { measured }) => {
      const bloat = await desk.get(BloatService).report(measured);
      return done(bloat, bloatLines(bloat));
    },
  }),
  retention: verb({
    usage: 'retention [simulate] [--days N]',
    help: 'how long events are kept; simulate: rows, bytes and figures that would be affected',
    positionals: [0, 1],
    flags: { days: wholeNumber(0, 36_500, 0) },
    act: async (desk, [what], { days }) => {
      const service = desk.get(RetentionService);
      if (what === undefined) return done(...retentionLines(await service.state()));
      if (what !== 'simulate') throw new FlagError('usage: retention [simulate] [--days N]');
      return done(...retentionLines(await service.simulate(days === 0 ? undefined : days)));
    },
  }),
};
