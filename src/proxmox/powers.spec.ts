// Who can ask for what: the words of the writing ports, and who may touch the builders of loan and destroy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as door from '.';
import type { ConfigChange, ProxmoxCreator, ProxmoxUpdater } from './ports';
import { proxmoxDestroyer, type ProxmoxDestroyer } from './destroyer';
import { proxmoxLender, type ProxmoxLender } from './lender';
import type { ProxmoxHttp } from './http';

// A new word in a port or in a change does not compile before it stands here, where it is read together with the promise.
const creator: Readonly<Record<keyof ProxmoxCreator, true>> = { createVm: true, createContainer: true, clone: true, handOver: true, permissions: true };
const updater: Readonly<Record<keyof ProxmoxUpdater, true>> = { configure: true, addDisk: true, growDisk: true, start: true, shutdown: true, stop: true, migrate: true, migrationCheck: true, permissions: true };
const lender: Readonly<Record<keyof ProxmoxLender, true>> = { lend: true, takeBack: true, permissions: true };
const destroyer: Readonly<Record<keyof ProxmoxDestroyer, true>> = { destroy: true, permissions: true };
const changes: Readonly<Record<ConfigChange['kind'], true>> = { name: true, cores: true, memory: true, description: true, tags: true, 'on-boot': true, nic: true, detach: true, 'cloud-init': true };

const http = {} as ProxmoxHttp;
const token = { id: 'u@pve!t', secret: 'x' };
const words = (port: object): readonly string[] => Object.keys(port).sort();

describe('the powers of the ports', () => {
  it('P16 P20 none has a word beyond those listed', () => {
    expect(words(door.proxmoxCreator(http, token))).toEqual(words(creator));
    expect(words(door.proxmoxUpdater(http, token))).toEqual(words(updater));
    expect(words(proxmoxLender(http, token, 'd@pve!d'))).toEqual(words(lender));
    expect(words(proxmoxDestroyer(http, token))).toEqual(words(destroyer));
    expect(words(changes)).toEqual(['cloud-init', 'cores', 'description', 'detach', 'memory', 'name', 'nic', 'on-boot', 'tags']);
  });

  it('P16 a destroy is told a guest and nothing else', () => {
    type Told = Parameters<ProxmoxDestroyer['destroy']>;
    const one: Told['length'] = 1;
    expect(proxmoxDestroyer(http, token).destroy).toHaveLength(one);
  });

  it('P15 P16 the door has neither lender nor destroyer', () => {
    expect(Object.keys(door).filter((name) => /lend|loan|destroy|takeBack/i.test(name))).toEqual([]);
  });

  it('P15 P16 only destroyer.ts builds a destroy, only lender.ts builds a loan', () => {
    const importers = (name: string): readonly string[] =>
      readdirSync(__dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).filter((file) => {
        const imported = /import \{([^}]*)\} from '\.\/requests'/.exec(readFileSync(join(__dirname, file), 'utf8'))?.[1] ?? '';
        return imported.split(',').map((each) => each.trim().replace(/^type /, '')).includes(name);
      });
    expect([importers('destroy'), importers('lend'), importers('takeBack')]).toEqual([['destroyer.ts'], ['lender.ts'], ['lender.ts']]);
    expect(readdirSync(__dirname).filter((file) => /import \* as \w+ from '\.\/requests'/.test(file.endsWith('.ts') && !file.endsWith('.spec.ts') ? readFileSync(join(__dirname, file), 'utf8') : ''))).toEqual([]);
  });
});
