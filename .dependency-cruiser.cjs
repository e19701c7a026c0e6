// Who may know whom (docs/architecture.md). Each rule says why; each has files under test/fixtures/forbidden/<rule>/ that it
// must report, or the rule itself is broken (test/architecture/dependency-rules.spec.ts).

/** The fixtures are little trees of their own: `test/fixtures/forbidden/<rule>/src/...`. */
const src = '^(?:test/fixtures/forbidden/[^/]+/src|src)';
const spec = '[.]spec[.]tsx?$';
const core = `${src}/(?:kernel/|guest/|[^/]+/(?:core|rules)/)`;
const libraries = 'node_modules/';

module.exports = {
  forbidden: [
    {
      name: 'kernel-knows-nobody', severity: 'error',
      comment: 'The kernel is what everybody stands on: if it knew one module, every module would.',
      from: { path: `${src}/kernel/`, pathNot: spec }, to: { path: `${src}/`, pathNot: `${src}/kernel/` },
    },
    {
      name: 'guest-knows-kernel-only', severity: 'error',
      comment: 'The vocabulary of guests is shared by modules that must not know each other; it may not become a way between them.',
      from: { path: `${src}/guest/`, pathNot: spec }, to: { path: `${src}/`, pathNot: `${src}/(?:kernel|guest)/` },
    },
    {
      name: 'core-is-pure', severity: 'error',
      comment: 'A decision that can read the world cannot be replayed, model-checked or explained: no file, network or random in a core, and of libraries only arithmetic of addresses.',
      from: { path: core, pathNot: spec }, to: { dependencyTypesNot: ['local', 'type-only', 'undetermined'], pathNot: ['^(?:node:)?(?:crypto|util)$', 'node_modules/ipaddr[.]js'] },
    },
    {
      name: 'core-knows-no-shell', severity: 'error',
      comment: 'kernel <- guest <- core <- stores, services, steps: a core that imports what uses it decides by accident of wiring. Types of ports are words, and allowed.',
      from: { path: `${src}/([^/]+)/(?:core|rules)/`, pathNot: spec },
      to: { path: `${src}/`, pathNot: [`${src}/(?:kernel|guest)/`, `${src}/[^/]+/(?:core|rules)/`, `${src}/(?:proxmox|netbox)/ports[.]ts$`] },
    },
    {
      name: 'core-takes-only-types-from-ports', severity: 'error',
      comment: 'A port is a way to the outside: a core may speak of what a port answers, and may not hold one.',
      from: { path: core, pathNot: spec }, to: { path: `${src}/(?:proxmox|netbox)/ports[.]ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-core-knows-another-core', severity: 'error',
      comment: 'Rules of two modules that lean on each other can only be changed together.',
      from: { path: `${src}/([^/]+)/(?:core|rules)/`, pathNot: spec }, to: { path: `${src}/[^/]+/(?:core|rules)/`, pathNot: `${src}/$1/` },
    },
    {
      name: 'apply-never-reaches-deletion', severity: 'error',
      comment: 'There is no road from "change" to "destroy" (P5, P16).',
      from: { path: `${src}/apply/` }, to: { path: `${src}/(?:deletion|merge)/` },
    },
    {
      name: 'deletion-never-reaches-apply', severity: 'error',
      comment: 'A deletion is judged by its own evidence; it neither starts nor reads an apply.',
      from: { path: `${src}/deletion/` }, to: { path: `${src}/(?:apply|merge)/` },
    },
    {
      name: 'only-merge-knows-apply-and-deletion', severity: 'error',
      comment: 'What a merged branch sets in motion is decided in one place; reading them is for roles, pages and the command line.',
      from: { path: `${src}/(?:kernel|guest|intent|effects|reflection|comparison|proxmox|netbox|endpoints|policy|journal|identity|platform)/`, pathNot: spec }, to: { path: `${src}/(?:apply|deletion)/` },
    },
    {
      name: 'only-the-executor-destroys', severity: 'error',
      comment: 'One code path can destroy a guest (P16): who can import the destroyer can call it.',
      from: { path: `${src}/`, pathNot: [`${src}/deletion/destroy[.]executor[.]ts$`, spec] }, to: { path: `${src}/proxmox/destroyer[.]ts$` },
    },
    {
      name: 'only-the-loan-lends', severity: 'error',
      comment: 'Lending makes the destroy token able to destroy (P15): one file may do it, and takes it back.',
      from: { path: `${src}/`, pathNot: [`${src}/deletion/loan[.]ts$`, spec] }, to: { path: `${src}/proxmox/lender[.]ts$` },
    },
    {
      name: 'sql-stays-in-stores', severity: 'error',
      comment: 'Every statement that changes a state can be found and reviewed in a *.store.ts; nobody saves an entity behind a guard\'s back.',
      from: { path: `${src}/`, pathNot: ['[.]store[.]ts$', `${src}/platform/database/`, `${src}/lab/`, spec] }, to: { path: `${libraries}(?:typeorm|pg|@nestjs/typeorm)/` },
    },
    {
      name: 'nest-stays-at-the-edge', severity: 'error',
      comment: 'Stores, steps and services are plain classes with constructor parameters: they are wired in src/roles and made in a test with new.',
      from: { path: ['[.]store[.]ts$', '[.](?:service|executor)[.]ts$', '/runner[.]ts$', `${src}/(?:effects|journal|proxmox|netbox)/`], pathNot: '[.](?:controller|module|guard)[.]ts$' }, to: { path: `${libraries}@nestjs/` },
    },
    {
      name: 'http-out-stays-in-clients', severity: 'error',
      comment: 'What goes out to Proxmox and NetBox passes their clients, which know outcome classes; a second way out would know none.',
      from: { path: `${src}/`, pathNot: [`${src}/(?:proxmox|netbox|lab|cli)/`, spec] }, to: { path: [`${libraries}undici/`, '^(?:node:)?https?$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'index-is-the-only-door', severity: 'error',
      comment: 'What a folder does not export it may change. Ports and the two dangerous clients have doors of their own, so that importing them is seen; the bounds of a policy are configuration.',
      from: { path: `${src}/([^/]+)/`, pathNot: [spec, `${src}/(?:roles|lab)/`] },
      to: { path: `${src}/[^/]+/.+`, pathNot: [`${src}/$1/`, `${src}/[^/]+/index[.]tsx?$`, `${src}/(?:kernel|lab|roles)/`, `${src}/platform/(?:[^/]+/index|[^/]+)[.]ts$`, `${src}/proxmox/(?:ports|lender|destroyer)[.]ts$`, `${src}/netbox/ports[.]ts$`, `${src}/ui/view-models/index[.]ts$`, `${src}/policy/core/bounds[.]ts$`, `${src}/proxmox/schema/index[.]ts$`] },
    },
    {
      name: 'production-never-imports-the-lab', severity: 'error',
      comment: 'A simulator that can be reached from production can answer in it.',
      from: { path: `${src}/`, pathNot: [`${src}/lab/`, spec] }, to: { path: `${src}/lab/`, dynamic: false },
    },
    {
      name: 'only-main-and-cli-load-the-lab', severity: 'error',
      comment: 'The zero-config start and `sluice lab` load it, at run time, when the configuration says lab.',
      from: { path: `${src}/`, pathNot: [`${src}/lab/`, `${src}/(?:main|cli)[.]ts$`, `${src}/cli/`, spec] }, to: { path: `${src}/lab/`, dynamic: true },
    },
    {
      name: 'ui-decides-nothing', severity: 'error',
      comment: 'Pages read through services and act through the same endpoints as everybody; a page that writes is a way around a guard (P36).',
      from: { path: `${src}/ui/`, pathNot: spec }, to: { path: ['[.]store[.]ts$', `${src}/(?:effects|proxmox|netbox)/`, `${libraries}(?:pg|typeorm|graphile-worker|undici)/`] },
    },
    {
      name: 'nobody-knows-the-ui', severity: 'error',
      comment: 'Everything works without pages; they can be replaced.',
      from: { path: `${src}/`, pathNot: [`${src}/(?:ui|roles|cli)/`, `${src}/main[.]ts$`, spec] }, to: { path: `${src}/ui/` },
    },
    {
      name: 'terminal-takes-only-words', severity: 'error',
      comment: 'The terminal says what the pages say, through the same pure view-models; a command that needs a page needs a server.',
      from: { path: `${src}/cli/`, pathNot: spec }, to: { path: `${src}/ui/`, pathNot: `${src}/ui/view-models/index[.]ts$` },
    },
    {
      name: 'nobody-imports-the-roots', severity: 'error',
      comment: 'main, cli and roles wire the rest together; code that imports its own wiring cannot be wired otherwise, and not in a test.',
      from: { path: `${src}/`, pathNot: [`${src}/(?:main|cli)[.]ts$`, `${src}/(?:cli|roles|lab)/`, spec] }, to: { path: `${src}/(?:main|cli)[.]ts$|${src}/(?:cli|roles)/` },
    },
    {
      name: 'no-tests-in-production', severity: 'error',
      comment: 'What ships does not lean on what tests.',
      from: { path: `${src}/`, pathNot: spec }, to: { path: [`${src}/.*${spec}`, '(?:^|/)test/setup/'] },
    },
    {
      name: 'no-development-library-in-production', severity: 'error',
      comment: 'An installation without development dependencies must start.',
      from: { path: `${src}/`, pathNot: spec }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: `${libraries}@types/` },
    },
    {
      name: 'nothing-unresolvable', severity: 'error',
      comment: 'An import that leads nowhere fails at run time, in the one process that needed it.',
      from: {}, to: { couldNotResolve: true },
    },
    {
      name: 'no-circle', severity: 'error',
      comment: 'In a circle nothing can be understood, tested or loaded first. Types alone may point back.',
      from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['require', 'node', 'default', 'types'], exportsFields: ['exports'], extensions: ['.ts', '.tsx', '.js', '.json'] },
    moduleSystems: ['cjs', 'es6'],
  },
};
