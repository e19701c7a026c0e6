// A configuration made in code, for the lab and for tests: the same defaults as an empty file, plus what the caller says.
import { join } from 'node:path';
import { editAndAddPhrase } from '../../policy/core/bounds';
import { dataDirectory } from '../database/data-directory';
import { processRoles, type Config } from './config';
import { DeletionSection, HttpSection, JournalSection, PlanSection, RulesSection } from './document';
import { frozen } from './frozen';

/** Objects may be given in part; lists replace. */
export type ConfigOverrides = { readonly [Key in keyof Config]?: Config[Key] extends readonly unknown[] ? Config[Key] : Config[Key] extends object ? Partial<Config[Key]> : Config[Key] };

export function defaultConfig(overrides: ConfigOverrides = {}): Config {
  const data = overrides.dataDirectory ?? dataDirectory({}, process.cwd());
  const { checkpointEvery } = new JournalSection();
  return frozen({
    mode: overrides.mode ?? 'lab', startLab: overrides.startLab ?? false, dataDirectory: data, roles: overrides.roles ?? processRoles,
    database: { url: null, rolePasswordsFile: join(data, 'role-passwords.json'), ...overrides.database },
    http: { ...new HttpSection(), ...overrides.http },
    log: { level: 'info', pretty: false, ...overrides.log },
    netbox: [...(overrides.netbox ?? [])], clusters: [...(overrides.clusters ?? [])],
    deletion: { ...new DeletionSection(), ...overrides.deletion },
    plan: { ...new PlanSection(), ...overrides.plan },
    intent: { allow: (overrides.mode ?? 'lab') === 'lab' ? editAndAddPhrase : null, ...overrides.intent },
    protected: { guests: [], ...overrides.protected },
    rules: { ...new RulesSection(), ...overrides.rules },
    journal: { checkpointFile: join(data, 'journal-checkpoints.jsonl'), checkpointEvery, ...overrides.journal },
    serviceTokens: [...(overrides.serviceTokens ?? [])], reconcileEvery: overrides.reconcileEvery ?? 60,
  });
}
