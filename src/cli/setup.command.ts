// `sluice setup proxmox` (F12): the commands that give Sluice its five least-right tokens, and whether a cluster has what they
// make. It changes nothing: the rights to give rights stay with the administrator.
import { Option, type Command } from 'commander';
import { intakePool, managedPool, setupCommands, type SetupOrder } from '../endpoints';
import { configProblems, type ClusterConfig } from '../platform/config';
import { CommandFailed, exitCodes, exitCodesHelp } from './exit-code';
import { checkCluster } from './setup-check';
import type { Surroundings } from './surroundings';

interface Options {
  readonly cluster?: string; readonly major?: '8' | '9'; readonly managedPool?: string[]; readonly deletablePool?: string[]; readonly diskPool?: string[]; readonly migratePool?: string[];
  readonly storage?: string[]; readonly bridge?: string[]; readonly isoStorage?: string[]; readonly templateStorage?: string[]; readonly templatesPool?: string;
  readonly agent?: true; readonly print?: true; readonly check?: true; readonly json?: true;
}

const poolName = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}$/;
const thingName = /^[A-Za-z][A-Za-z0-9._-]*$/;

export function addSetup(program: Command, surroundings: Surroundings): void {
  program.command('setup').description('what an administrator has to set up outside Sluice')
    .command('proxmox').description('print the commands for pools, roles, users, tokens and rights of one cluster, or check them; nothing is changed')
    .option('--print', 'print the commands (what it does without --check, too)')
    .addOption(new Option('--check', 'ask a configured cluster what each of our tokens may do, and compare').conflicts('print'))
    .option('--cluster <name>', 'a cluster of the configuration: version, pools, bridge and storage are taken from there')
    .addOption(new Option('--major <version>', 'major version of Proxmox VE; default: of the configured cluster, else 8').choices(['8', '9']))
    .option('--managed-pool <pool...>', 'pools whose guests Sluice may change')
    .option('--deletable-pool <pool...>', 'those of them whose guests may be asked to be deleted')
    .option('--disk-pool <pool...>', 'those of them whose guests may get, grow and lose disks')
    .option('--migrate-pool <pool...>', 'those of them whose guests may be moved to another node')
    .option('--storage <id...>', 'storages for new disks')
    .option('--bridge <name...>', 'bridges for new interfaces')
    .option('--iso-storage <id...>', 'storages of installation media')
    .option('--template-storage <id...>', 'storages of container templates')
    .option('--templates-pool <pool>', 'pool of the templates to clone from')
    .option('--agent', 'let reflection read the guest agent (on 8 that right also runs commands in guests)')
    .option('--json', 'a JSON list of the lines, or of the tokens')
    .addHelpText('after', `
Examples:
  sluice setup proxmox --print --cluster leipzig
  sluice setup proxmox --print --major 9 --managed-pool sluice-managed --deletable-pool sluice-managed --storage vmdata --bridge vmbr0
  sluice setup proxmox --print --cluster leipzig --disk-pool sluice-managed --iso-storage local --template-storage local --templates-pool templates
  sluice setup proxmox --check --cluster leipzig
${exitCodesHelp}`)
    .action(async (options: Options) => {
      if (options.check === true) return checkCluster(configured(required(options.cluster), surroundings), surroundings, options.json === true);
      const lines = setupCommands(orderOf(options, surroundings));
      if (options.json === true) surroundings.out(JSON.stringify(lines));
      else for (const line of lines) surroundings.out(line);
    });
}

const usage = (message: string): CommandFailed => new CommandFailed(message, exitCodes.usage);

function required(cluster: string | undefined): string {
  if (cluster === undefined) throw usage('Name a cluster of the configuration with --cluster: its address and its tokens are there.');
  return cluster;
}

function orderOf(options: Options, surroundings: Surroundings): SetupOrder {
  const known = options.cluster === undefined ? undefined : configured(options.cluster, surroundings);
  const one = (value: string | null | undefined): readonly string[] => (value === null || value === undefined ? [] : [value]);
  const order: SetupOrder = {
    cluster: options.cluster ?? 'your cluster', major: (options.major ?? known?.version.charAt(0)) === '9' ? 9 : 8, withAgent: options.agent === true,
    managedPools: options.managedPool ?? known?.managedPools ?? [managedPool], deletablePools: options.deletablePool ?? known?.deletablePools ?? [],
    diskPools: options.diskPool ?? known?.diskPools ?? [], migratePools: options.migratePool ?? known?.migratePools ?? [],
    storages: options.storage ?? one(known?.defaultStorage), bridges: options.bridge ?? one(known?.defaultBridge), isoStorages: [...new Set([...(options.isoStorage ?? []), ...(options.templateStorage ?? [])])],
    ...(options.templatesPool === undefined ? {} : { templatesPool: options.templatesPool }),
  };
  refuseStrange(order);
  if (known !== undefined && known.intakePool !== intakePool) throw usage(`Cluster ${known.name} has the intake pool ${known.intakePool}; the table knows ${intakePool} only. Correct intakePool.`);
  return order;
}

function refuseStrange({ managedPools, deletablePools, diskPools = [], migratePools = [], storages, bridges, isoStorages = [], templatesPool }: SetupOrder): void {
  // The lines are pasted into a root shell: a name is one word of Proxmox's own alphabet or it is refused.
  const pools = [...managedPools, ...deletablePools, ...diskPools, ...migratePools, ...(templatesPool === undefined ? [] : [templatesPool])];
  const strange = [...pools.filter((name) => !poolName.test(name)), ...[...storages, ...bridges, ...isoStorages].filter((name) => !thingName.test(name))];
  if (strange.length > 0) throw usage(`${strange.map((name) => JSON.stringify(name)).join(', ')} is no name that Proxmox would accept. Correct it.`);
  for (const [what, named] of [['deletable', deletablePools], ['one whose disks may be changed', diskPools], ['one whose guests may be moved', migratePools]] as const) {
    const foreign = named.filter((name) => !managedPools.includes(name));
    if (foreign.length > 0) throw usage(`${foreign.join(', ')} is to be ${what} and is not managed. Name it with --managed-pool as well.`);
  }
}

function configured(name: string, { env, cwd }: Surroundings): ClusterConfig {
  const { config, problems } = configProblems(env, cwd);
  if (config === null) throw new CommandFailed(`The configuration cannot be read: ${problems.map(({ key, observed }) => `${key}: ${observed}`).join('; ')}. Look at it with sluice doctor, or give the pools as options.`, exitCodes.cannotTell);
  const cluster = config.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw usage(`There is no cluster ${name} in the configuration; it knows ${config.clusters.map((candidate) => candidate.name).join(', ') || 'none'}.`);
  return cluster;
}
