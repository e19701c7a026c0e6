// `sluice setup proxmox --print` (F12): the commands that give Sluice its five least-right tokens. It prints and changes nothing:
// the rights to give rights stay with the administrator.
import type { Command } from 'commander';
import { intakePool, managedPool, setupCommands } from '../endpoints';
import { configProblems } from '../platform/config';
import { CommandFailed, exitCodes, exitCodesHelp } from './exit-code';
import type { Surroundings } from './surroundings';

interface Options {
  readonly cluster?: string; readonly major: string; readonly managedPool?: string[]; readonly deletablePool?: string[]; readonly storage?: string[]; readonly bridge?: string[]; readonly isoStorage?: string[]; readonly templatesPool?: string;
  readonly agent?: true; readonly print?: true; readonly json?: true;
}

const poolName = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}$/;
const thingName = /^[A-Za-z][A-Za-z0-9._-]*$/;

export function addSetup(program: Command, surroundings: Surroundings): void {
  program.command('setup').description('what an administrator has to set up outside Sluice')
    .command('proxmox').description('print the commands for pools, roles, users, tokens and rights of one cluster; nothing is changed')
    .option('--print', 'print the commands (the only thing it does)')
    .option('--cluster <name>', 'a cluster of the configuration: its pools, bridge and storage are taken from there')
    .option('--major <8|9>', 'major version of Proxmox VE', '8')
    .option('--managed-pool <pool...>', 'pools whose guests Sluice may change')
    .option('--deletable-pool <pool...>', 'those of them whose guests may be asked to be deleted')
    .option('--storage <id...>', 'storages for new disks')
    .option('--bridge <name...>', 'bridges for new interfaces')
    .option('--iso-storage <id...>', 'storages of installation media and container templates')
    .option('--templates-pool <pool>', 'pool of the templates to clone from')
    .option('--agent', 'let reflection read the guest agent (on 8 that right also runs commands in guests)')
    .option('--json', 'a JSON list of the lines')
    .addHelpText('after', `
Examples:
  sluice setup proxmox --print --cluster leipzig
  sluice setup proxmox --print --major 9 --managed-pool sluice-managed --deletable-pool sluice-managed --storage vmdata --bridge vmbr0
${exitCodesHelp}`)
    .action((options: Options) => {
      const lines = setupCommands(orderOf(options, surroundings));
      if (options.json === true) surroundings.out(JSON.stringify(lines));
      else for (const line of lines) surroundings.out(line);
    });
}

function orderOf(options: Options, { env, cwd }: Surroundings): Parameters<typeof setupCommands>[0] {
  if (options.major !== '8' && options.major !== '9') throw new CommandFailed(`--major is ${options.major}; it has to be 8 or 9.`, exitCodes.usage);
  const known = options.cluster === undefined ? undefined : configured(options.cluster, env, cwd);
  const one = (value: string | null | undefined): readonly string[] => (value === null || value === undefined ? [] : [value]);
  const order = {
    cluster: options.cluster ?? 'your cluster', major: options.major === '9' || known?.version === '9.0' ? 9 : 8, withAgent: options.agent === true,
    managedPools: options.managedPool ?? known?.managedPools ?? [managedPool], deletablePools: options.deletablePool ?? known?.deletablePools ?? [],
    storages: options.storage ?? one(known?.defaultStorage), bridges: options.bridge ?? one(known?.defaultBridge), isoStorages: options.isoStorage ?? [],
    ...(options.templatesPool === undefined ? {} : { templatesPool: options.templatesPool }),
  } as const;
  // The lines are pasted into a root shell: a name is one word of Proxmox's own alphabet or it is refused.
  const strange = [...[...order.managedPools, ...order.deletablePools, ...one(options.templatesPool)].filter((name) => !poolName.test(name)), ...[...order.storages, ...order.bridges, ...order.isoStorages].filter((name) => !thingName.test(name))];
  if (strange.length > 0) throw new CommandFailed(`${strange.map((name) => JSON.stringify(name)).join(', ')} is no name that Proxmox would accept. Correct it.`, exitCodes.usage);
  const foreign = order.deletablePools.filter((name) => !order.managedPools.includes(name));
  if (foreign.length > 0) throw new CommandFailed(`${foreign.join(', ')} is to be deletable and is not managed. Deletable pools are some of the managed ones.`, exitCodes.usage);
  if (known !== undefined && known.intakePool !== intakePool) throw new CommandFailed(`Cluster ${known.name} has the intake pool ${known.intakePool}; the table knows ${intakePool} only. Correct intakePool.`, exitCodes.usage);
  return order;
}

function configured(name: string, env: NodeJS.ProcessEnv, cwd: string) {
  const { config, problems } = configProblems(env, cwd);
  if (config === null) throw new CommandFailed(`The configuration cannot be read: ${problems.map(({ key, observed }) => `${key}: ${observed}`).join('; ')}. Look at it with sluice doctor, or give the pools as options.`, exitCodes.cannotTell);
  const cluster = config.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new CommandFailed(`There is no cluster ${name} in the configuration; it knows ${config.clusters.map((candidate) => candidate.name).join(', ') || 'none'}.`, exitCodes.usage);
  return cluster;
}
