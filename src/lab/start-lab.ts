// The whole lab around a Sluice: simulators in a child process, a configuration that points at them, two people, and a file that
// says where everything is. Used by the zero-config start and by the tests.
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultConfig, type Config, type ConfigOverrides } from '../platform/config';
import type { Database } from '../platform/database';
import { netboxLabOf } from './netbox';
import { tokenIdOf, tokenNames } from './proxmox';
import type { LabAnswer, LabOrder } from './process';
import { labSecrets, type LabSecrets } from './scenario/secrets';
import { netboxOptions, secondBranch, secondBranchShows, waitingBranch } from './scenario/netbox';
import { labClusters, proxmoxOptions } from './scenario/proxmox';
import { NetBoxPeople } from './scenario/netbox-people';
import { seedDatabase } from './scenario/seed-database';

export interface LabOptions {
  /** State of the simulators and secrets. */
  readonly directory: string;
  /** Where lab.json is written: in the checkout, so that a newcomer finds it. */
  readonly labFile: string;
  readonly overrides?: ConfigOverrides;
  readonly taskMillis?: number;
  /** How the child is started; tests that run TypeScript directly give their own. */
  readonly childFile?: string;
}

interface LabBranch { readonly netbox: string; readonly id: number; readonly name: string }

export interface RunningLab {
  readonly config: Config;
  readonly secrets: LabSecrets;
  readonly netboxUrl: string;
  readonly proxmox: LabAnswer['proxmox'];
  readonly branchId: number;
  /** What the front page of a lab offers. */
  readonly parts: { readonly branch: LabBranch; readonly others: readonly (LabBranch & { readonly shows: string })[]; mergeAsEngineer(branchId: number): Promise<{ readonly text: string }> };
  /** People and guest links, put into the database by its owner; the same again changes nothing. */
  seed(owner: Database): Promise<void>;
  /** Tells NetBox where Sluice listens (webhook and gate) and writes lab.json. */
  connect(sluiceUrl: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startLab(options: LabOptions): Promise<RunningLab> {
  const { directory } = options;
  mkdirSync(directory, { recursive: true });
  const secrets = labSecrets(join(directory, 'lab-secrets.json'));
  const child = await childProcess(options.childFile ?? join(__dirname, 'process.js'));
  const answer = await ask(child, { proxmox: labClusters.map((cluster) => proxmoxOptions(cluster, secrets, directory, options.taskMillis ?? 300)), netbox: netboxOptions(secrets, directory) });
  const people = new NetBoxPeople(answer.netbox.url, secrets);
  const config = defaultConfig({ mode: 'lab', reconcileEvery: 15, plan: { maxCores: 32 }, deletion: { window: 60, approveWithin: 86_400, startWithin: 86_400, threshold: 1, maxPerHour: 10, powerOff: 'refuse' }, serviceTokens: [{ name: 'lab', token: secrets.serviceToken, permissions: ['view', 'operate'] }], dataDirectory: directory, ...options.overrides, ...connections(answer, secrets, directory) });
  const branchId = await people.branchId(waitingBranch);
  const branches = [{ id: branchId, name: waitingBranch }, { id: await people.branchId(secondBranch), name: secondBranch }];
  return {
    config, secrets, branchId,
    parts: { branch: { netbox: 'netbox', id: branchId, name: waitingBranch }, others: [{ netbox: 'netbox', id: await people.branchId(secondBranch), name: secondBranch, shows: secondBranchShows }], mergeAsEngineer: (id) => people.mergeAsEngineer(id) }, netboxUrl: answer.netbox.url, proxmox: answer.proxmox,
    seed: (owner) => seedDatabase(owner, config, people),
    connect: async (sluiceUrl) => {
      await people.pointAt(sluiceUrl);
      await netboxLabOf(answer.netbox.url).gate({ url: sluiceUrl, secret: secrets.gate, netbox: 'netbox' });
      writeLabFile(options.labFile, sluiceUrl, answer, secrets, directory, branches);
    },
    stop: () => stopChild(child),
  };
}

async function childProcess(file: string): Promise<ChildProcess> {
  if (!existsSync(file)) throw new Error(`${file} is not there: build first`);
  return fork(file, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
}

function ask(child: ChildProcess, order: LabOrder): Promise<LabAnswer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const { ready, failed } = message as { readonly ready?: LabAnswer; readonly failed?: string };
      if (ready !== undefined) resolve(ready);
      else reject(new Error(`the lab did not start: ${failed ?? 'no reason given'}`));
    });
    child.once('exit', (code) => reject(new Error(`the lab's process ended with ${code}`)));
    child.send(order);
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.disconnect();
  });
}

function connections(answer: LabAnswer, secrets: LabSecrets, directory: string): Pick<Config, 'netbox' | 'clusters'> {
  return {
    netbox: [{ name: 'netbox', url: answer.netbox.url, token: secrets.netbox.service, webhookSecret: secrets.webhook, gateSecret: secrets.gate, caFile: null, fields: {} }],
    clusters: labClusters.map((cluster) => {
      const running = answer.proxmox.find((candidate) => candidate.name === cluster.name);
      if (running === undefined) throw new Error(`cluster ${cluster.name} did not start`);
      const caFile = join(directory, `${cluster.name}-ca.pem`);
      writeFileSync(caFile, running.caPem);
      return {
        name: cluster.name, netbox: 'netbox', netboxCluster: cluster.name, version: cluster.version, connections: running.nodes.map(({ name, url }) => ({ node: name, url })), verifyTls: true, caFile, allowWrites: true,
        tokens: Object.fromEntries(tokenNames.map((token) => [token, { id: tokenIdOf(token), secret: secrets.proxmox[token] }])),
        intakePool: 'sluice-intake', managedPools: cluster.scope.managedPools, deletablePools: cluster.scope.deletablePools, diskPools: cluster.scope.diskPools ?? [], migratePools: cluster.scope.migratePools ?? [], defaultBridge: 'vmbr0', defaultStorage: 'vmdata', vmidRange: { first: 5000, last: 5999 },
      };
    }),
  };
}

function writeLabFile(file: string, url: string, answer: LabAnswer, secrets: LabSecrets, directory: string, branches: readonly { readonly id: number; readonly name: string }[]): void {
  const lab = {
    sluice: { url, serviceToken: secrets.serviceToken },
    netbox: { name: 'netbox', url: answer.netbox.url, tokens: secrets.netbox, webhookSecret: secrets.webhook, gateSecret: secrets.gate },
    proxmox: answer.proxmox.map(({ name, nodes }) => ({ name, version: labClusters.find((cluster) => cluster.name === name)?.version, nodes, tokens: { ...Object.fromEntries(tokenNames.map((token) => [tokenIdOf(token), secrets.proxmox[token]])), 'root@pam!lab': secrets.root }, caFile: join(directory, `${name}-ca.pem`) })),
    people: (['engineer', 'approver'] as const).map((role) => ({ role, username: role, password: secrets.passwords[role] })),
    branches,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(lab, null, 2)}\n`, { mode: 0o600 });
}
