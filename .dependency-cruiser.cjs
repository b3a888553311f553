/** Who may import whom; docs/adr/0001 has the reasons. Run by `npm run check`. */
const kernel = '^src/kernel/';
const module_ = (...names) => `^src/modules/(${names.join('|')})/`;
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    only('no-circular', 'Cycles make every part depend on every other.', {}, { circular: true }),
    only(
      'kernel-knows-no-module',
      'The kernel serves the modules.',
      { path: kernel },
      { path: '^src/(modules|demo|migrations)/' },
    ),
    only(
      'modules-meet-through-index',
      'A module is used through its index.ts only.',
      { path: '^src/modules/([^/]+)/' },
      { path: '^src/modules/[^/]+/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
    ),
    only(
      'outside-uses-module-index',
      'So do the application and the scripts.',
      { path: '^(src|scripts|bench)/', pathNot: '^src/modules/' },
      { path: '^src/modules/', pathNot: '^src/modules/[^/]+/index\\.ts$' },
    ),
    only(
      'accounts-depends-on-nobody',
      '',
      { path: module_('accounts') },
      { path: '^src/modules/', pathNot: module_('accounts') },
    ),
    only(
      'events-depends-on-accounts',
      '',
      { path: module_('events') },
      { path: '^src/modules/', pathNot: module_('events', 'accounts') },
    ),
    only(
      'statistics-depends-on-accounts-and-events',
      '',
      { path: module_('statistics') },
      { path: '^src/modules/', pathNot: module_('statistics', 'accounts', 'events') },
    ),
    only(
      'maintenance-depends-on-nobody',
      '',
      { path: module_('maintenance') },
      { path: '^src/modules/', pathNot: module_('maintenance') },
    ),
    only(
      'nobody-depends-on-monitoring',
      '',
      { pathNot: ['^src/modules/monitoring/', '^src/app\\.module\\.ts$', '^test/'] },
      { path: module_('monitoring') },
    ),
    only(
      'drivers-stay-behind-the-kernel',
      'Statements go through Database, which adds names, time-outs and error mapping.',
      {
        path: '^src/',
        pathNot: [
          '^src/kernel/(database|migrations)/',
          '^src/migrations/',
          '^src/demo/',
          '^src/data-source\\.ts$',
          '\\.spec\\.ts$',
        ],
      },
      { path: 'node_modules/(pg|pg-[^/]+|typeorm|@nestjs/typeorm)/' },
    ),
    only(
      'controllers-run-no-sql',
      '',
      { path: '\\.controller\\.ts$', pathNot: kernel },
      { path: ['/queries/', '^src/kernel/database/'] },
    ),
    only(
      'queries-are-run-by-reads-and-repositories',
      'Others may know a row type.',
      { path: '^src/modules/', pathNot: ['\\.(reads|read-model|repository)\\.ts$', '/queries/'] },
      { path: '/queries/', dependencyTypesNot: ['type-only'] },
    ),
    only(
      'no-drawers',
      'A name says what is in it.',
      {},
      { path: '^src/.*/(util|utils|common|shared|helpers)/' },
    ),
    only(
      'production-needs-no-dev-dependency',
      '',
      { path: '^src/', pathNot: '\\.spec\\.ts$' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    only(
      'sources-import-no-tests',
      '',
      { path: '^(src|scripts|bench)/', pathNot: '\\.spec\\.ts$' },
      { path: '^test/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
