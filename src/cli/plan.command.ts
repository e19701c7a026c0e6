// `sluice plan show` (F12): a plan as its page shows it, with an exit code that a script may rely on (P3).
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { PlanView } from '../intent';
import { cardText, planCard } from '../ui/view-models';
import { withSluice, type SluiceClient } from './ask-sluice';
import { CommandFailed, cannotTell, exitCodes, exitCodesHelp, type ExitCode } from './exit-code';
import { wholeId } from './short-id';
import type { Surroundings } from './surroundings';
import { addWhere, whichSluice, type Where } from './which-sluice';

interface Options extends Where { readonly netbox?: string; readonly branch?: number; readonly new?: true; readonly json?: true }

const plans = '/api/intent/plans';

export function addPlan(program: Command, surroundings: Surroundings): void {
  const show = program.command('plan').description('what would be done to Proxmox, and whether the gate permits it')
    .command('show').description('show a plan, or the newest one of a branch').argument('[plan]', 'id of the plan, or its first characters as the pages show them')
    .option('--netbox <name>', 'the NetBox of the branch, as the configuration names it')
    .option('--branch <id>', 'number of the branch in NetBox', branchId)
    .option('--new', 'of a branch: look at NetBox and Proxmox now, and show what comes out')
    .option('--json', 'the body of the API')
    .addHelpText('after', `
The answer is 0 where nothing is left to do, 2 where changes are pending, 3 where the gate refuses the merge, 4 where somebody
has to look at what became of it.

Examples:
  sluice plan show 7be1c0d4
  sluice plan show --netbox main --branch 12
  sluice plan show --netbox main --branch 12 --new --json --url https://sluice.example.org --token-file ./token
${exitCodesHelp}`);
  addWhere(show).action(async (id: string | undefined, options: Options) => {
    const which = whichPlan(id, options);
    await withSluice(whichSluice(options, surroundings), async (client) => {
      const plan = await which(client);
      surroundings.out(options.json === true ? JSON.stringify(plan) : cardText(planCard(plan, {})));
      const code = codeOf(plan);
      if (code !== exitCodes.good) throw new CommandFailed(sentences[code], code);
    });
  });
}

function branchId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is the number of the branch, such as 12.');
  return Number(text);
}

function whichPlan(id: string | undefined, options: Options): (client: SluiceClient) => Promise<PlanView> {
  const { netbox, branch } = options;
  const ofBranch = netbox !== undefined && branch !== undefined;
  if ((id === undefined) !== ofBranch || (id !== undefined && (netbox ?? branch ?? options.new) !== undefined)) throw new CommandFailed('Name a plan, or a branch with --netbox and --branch.', exitCodes.usage);
  if (id !== undefined) return async (client) => client.get(`${plans}/${await wholeId('plan', id, () => client.get<readonly PlanView[]>(plans))}`);
  if (!ofBranch) throw new CommandFailed('Name a branch with --netbox and --branch.', exitCodes.usage);
  return options.new === true ? (client) => madeNow(client, netbox, branch) : (client) => newest(client, netbox, branch);
}

async function newest(client: SluiceClient, netbox: string, branch: number): Promise<PlanView> {
  const found = (await client.get<readonly PlanView[]>(plans)).find(({ source }) => source.netbox === netbox && source.branchId === branch);
  if (found === undefined) throw cannotTell(`None of the newest plans is of branch ${branch} of NetBox ${netbox}. With --new one is made now.`);
  return found;
}

const triesToPlan = 12;

/** The same asking until it is answered: 202 says that the plan is still being made. */
async function madeNow(client: SluiceClient, netbox: string, branch: number): Promise<PlanView> {
  const key = randomUUID();
  for (let tries = 0; tries < triesToPlan; tries += 1) {
    const { status, body } = await client.post<PlanView>(plans, { netbox, branchId: branch }, { 'Idempotency-Key': key });
    if (status !== 202) return body;
    await delay(200);
  }
  throw cannotTell(`The plan of branch ${branch} of NetBox ${netbox} is still being made. Is a worker running? Ask again later without --new.`);
}

type PlanCode = Exclude<ExitCode, typeof exitCodes.bug | typeof exitCodes.usage>;

export function codeOf({ status, permitted, actions, deletions }: Pick<PlanView, 'status' | 'permitted' | 'actions' | 'deletions'>): PlanCode {
  if (status === 'stuck' || status === 'diverged') return exitCodes.needsHuman;
  if (status === 'done') return exitCodes.good;
  if (!permitted || status === 'refused') return exitCodes.no;
  return actions.length + deletions.length === 0 ? exitCodes.good : exitCodes.pending;
}

const sentences: Readonly<Record<PlanCode, string>> = {
  [exitCodes.good]: 'Nothing is left to do.', [exitCodes.pending]: 'Changes are pending.', [exitCodes.no]: 'The gate refuses the merge of this content.', [exitCodes.needsHuman]: 'Somebody has to look at what became of this plan.',
};
