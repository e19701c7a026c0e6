// What no single key shows: names that point nowhere, windows below the database's own minimum, one token with two uses.
import { readFileSync } from 'node:fs';
import { defaultFields, type FieldMap } from '../../netbox';
import { leastLiveWindow } from '../../policy/core/bounds';
import { tokenUses, type Config } from './config';
import type { Problem } from './problem';

export function incoherences(config: Config): readonly Problem[] {
  return [...twice('netbox', config.netbox), ...twice('clusters', config.clusters), ...twice('serviceTokens', config.serviceTokens), ...ofMode(config), ...ofTimes(config),
    ...config.netbox.flatMap((netbox, index) => [...ofFields(`netbox[${index}].fields`, netbox.fields), ...ofFile(`netbox[${index}].caFile`, netbox.caFile)]), ...ofClusters(config)];
}

function twice(key: string, items: readonly { readonly name: string }[]): readonly Problem[] {
  return items.flatMap((item, index) => (items.findIndex((other) => other.name === item.name) === index ? [] : [{ key: `${key}[${index}].name`, observed: `"${item.name}", a second time`, fix: 'Give each its own name.' }]));
}

function ofMode(config: Config): readonly Problem[] {
  if (config.startLab && (config.netbox.length > 0 || config.clusters.length > 0)) return [{ key: 'lab.start', observed: 'true, and netbox or clusters of your own', fix: 'Leave them out (the lab brings its own), or set mode: live, or lab.start: false.' }];
  if (config.mode === 'lab' || config.netbox.length > 0) return [];
  return [{ key: 'netbox', observed: 'no NetBox in mode live', fix: 'Name at least one as in config/examples/one-cluster.yaml; to look at Sluice without one, set SLUICE_MODE=lab or start it with no configuration at all.' }];
}

function ofTimes({ mode, deletion, plan }: Config): readonly Problem[] {
  const problems: Problem[] = [];
  if (mode === 'live' && deletion.window < leastLiveWindow) problems.push({ key: 'deletion.window', observed: `${deletion.window}s`, fix: 'The recovery window is at least 1h outside a lab.' });
  if (plan.startWithin > plan.expiresAfter) problems.push({ key: 'plan.startWithin', observed: `${plan.startWithin}s, longer than plan.expiresAfter (${plan.expiresAfter}s)`, fix: 'The time to start is the shorter of the two.' });
  return problems;
}

function ofFields(key: string, fields: Partial<FieldMap>): readonly Problem[] {
  return Object.entries(fields).flatMap(([word, value]: [string, unknown]) => {
    const standard: unknown = (defaultFields as unknown as Record<string, unknown>)[word];
    if (standard === undefined) return [{ key: `${key}.${word}`, observed: 'a word that Sluice has no field for', fix: `Use: ${Object.keys(defaultFields).join(', ')}.` }];
    const constant = (word === 'applyToProxmox' || word === 'applyDestroyConfirmed') && typeof (value as { constant?: unknown } | null)?.constant === 'boolean';
    const fits = Array.isArray(standard) ? Array.isArray(value) && value.every((name) => typeof name === 'string') : typeof value === 'string' && value !== '';
    return fits || constant ? [] : [{ key: `${key}.${word}`, observed: JSON.stringify(value), fix: Array.isArray(standard) ? 'Write a list of field names.' : 'Write the name of a field in NetBox; opt-ins may also be {constant: true}.' }];
  });
}

function ofClusters(config: Config): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (key: string, observed: string, fix: string): void => void problems.push({ key, observed, fix });
  for (const [index, cluster] of config.clusters.entries()) {
    const at = `clusters[${index}]`;
    if (!config.netbox.some((netbox) => netbox.name === cluster.netbox)) say(`${at}.netbox`, `"${cluster.netbox}"`, `Name one of: ${config.netbox.map((netbox) => netbox.name).join(', ') || '(none is configured)'}.`);
    const before = config.clusters.findIndex((other) => other.netbox === cluster.netbox && other.netboxCluster === cluster.netboxCluster);
    if (before < index) say(`${at}.netboxCluster`, `"${cluster.netboxCluster}", which clusters[${before}] has too`, 'Each cluster is one cluster in NetBox.');
    if (cluster.vmidRange.first > cluster.vmidRange.last) say(`${at}.vmidRange`, `first ${cluster.vmidRange.first} above last ${cluster.vmidRange.last}`, 'Give first and last, outside the range that next-id of this cluster uses.');
    for (const [key, what] of [['deletablePools', 'Deletable pools'], ['diskPools', 'Pools whose disks may be changed'], ['migratePools', 'Pools whose guests may be moved']] as const) {
      const unmanaged = cluster[key].filter((pool) => !cluster.managedPools.includes(pool));
      if (unmanaged.length > 0) say(`${at}.${key}`, unmanaged.join(', '), `${what} are some of managedPools: add them there too.`);
    }
    if (cluster.managedPools.includes(cluster.intakePool)) say(`${at}.intakePool`, `"${cluster.intakePool}", also a managed pool`, 'The intake pool is one of its own: what is handed over leaves it.');
    for (const [use, later] of tokenUses.flatMap((one, i) => tokenUses.slice(i + 1).map((other) => [one, other] as const))) {
      const id = cluster.tokens[use]?.id;
      if (id !== undefined && id === cluster.tokens[later]?.id) say(`${at}.tokens.${later}.id`, `${id}, which ${use} uses too`, 'Each use has a token of a user of its own: `sluice setup proxmox --print` shows the commands.');
    }
    if (config.roles.includes('deleter') && cluster.deletablePools.length > 0) {
      for (const use of ['lender', 'destroy'] as const) if (cluster.tokens[use] === undefined) say(`${at}.tokens.${use}`, 'nothing, although deletablePools names pools and this process is a deleter', 'Give the token, or leave deletablePools empty.');
    }
    problems.push(...ofFile(`${at}.caFile`, cluster.caFile));
  }
  return problems;
}

function ofFile(key: string, file: string | null): readonly Problem[] {
  if (file === null) return [];
  try {
    return readFileSync(file, 'utf8').includes('-----BEGIN CERTIFICATE-----') ? [] : [{ key, observed: `${file}, which holds no certificate in PEM`, fix: 'Name a file that begins with -----BEGIN CERTIFICATE-----.' }];
  } catch (trouble) {
    return [{ key, observed: `${file}, which cannot be read (${(trouble as NodeJS.ErrnoException).code ?? 'unknown'})`, fix: 'Make it readable for the user Sluice runs as, or correct the name.' }];
  }
}
