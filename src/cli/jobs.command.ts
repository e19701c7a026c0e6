// `sluice jobs follow` (F12): the log of a job as its page shows it, line by line until the job ends.
import { InvalidArgumentError, type Command } from 'commander';
import type { JobRow, JobView, Line } from '../apply';
import { jobPageView, logLine, logText } from '../ui/view-models';
import { withSluice, type SluiceClient } from './ask-sluice';
import { CommandFailed, cannotTell, exitCodes, exitCodesHelp, type ExitCode } from './exit-code';
import { followJob } from './follow-job';
import { wholeId } from './short-id';
import type { Surroundings } from './surroundings';
import { addWhere, whichSluice, type Where } from './which-sluice';

interface Options extends Where { readonly after: number; readonly patience: number; readonly json?: true }

const jobs = '/api/apply/jobs';

export function addJobs(program: Command, surroundings: Surroundings): void {
  const follow = program.command('jobs').description('what is being done to Proxmox')
    .command('follow').description('the log of a job, line by line until it ends').argument('<job>', 'id of the job, or its first characters as the pages show them')
    .option('--after <line>', 'the last line that was seen already', whole, 0)
    .option('--patience <seconds>', 'how long an answer may be missing before it is given up; it goes on at the last line seen', whole, 60)
    .option('--json', 'a JSON object for each line of the log, and one for the job at its end')
    .addHelpText('after', `
The answer is 0 where every step was done, 3 where nothing was done, 4 where somebody has to look (partly done, diverged, stuck).
A job that is held goes on by itself, so it is waited for.

Examples:
  sluice jobs follow 4f1b2c3d
  sluice jobs follow 4f1b2c3d --after 120 --json --url https://sluice.example.org --token-file ./token
${exitCodesHelp}`);
  addWhere(follow).action(async (id: string, options: Options) => withSluice(whichSluice(options, surroundings), async (client) => {
    const jobId = await wholeId('job', id, () => client.get<readonly JobRow[]>(jobs));
    await show(client, await client.get<JobView>(`${jobs}/${jobId}`), options, surroundings);
  }));
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

async function show(client: SluiceClient, job: JobView, { after, patience, json }: Options, { out, err }: Surroundings): Promise<void> {
  const header = jobPageView(job, [], false);
  if (json !== true) out(`${header.title}, plan ${header.planId.slice(0, 8)}, ${header.times}`);
  await followJob(client, `${jobs}/${job.id}/events`, {
    after, patienceMillis: patience * 1000,
    lines: (lines: readonly Line[]) => { for (const line of lines) out(json === true ? JSON.stringify({ line }) : logText([logLine(line)])); },
    state: (state) => { if (json !== true) err(`${state}: ${jobPageView({ ...job, state }, [], false).state.means}`); },
    note: err,
  });
  const ended = await client.get<JobView>(`${jobs}/${job.id}`);
  out(json === true ? JSON.stringify({ job: ended }) : endText(ended));
  const code = codeOfJob(ended.state);
  if (code === null) throw cannotTell(`The log ended although job ${job.id} is ${ended.state}. Follow it again.`);
  if (code !== exitCodes.good) throw new CommandFailed(`Job ${job.id} is ${ended.state}.`, code);
}

function endText(job: JobView): string {
  const { state, steps, refusal } = jobPageView(job, [], false);
  const done = steps.filter((step) => step.state.word === 'done').length;
  return [
    `${state.word}: ${state.means}; ${done} of ${steps.length} steps done`, ...(refusal === null ? [] : [refusal.text, `  ${refusal.more ?? ''}`]),
    ...steps.map(({ ordinal, title, state: { word }, why }) => `step ${ordinal}  ${word.padEnd(8)}  ${title}${why === '' ? '' : `. ${why}`}`),
  ].join('\n');
}

/** Null for what goes on by itself. */
export function codeOfJob(state: JobView['state']): ExitCode | null {
  switch (state) {
    case 'done': return exitCodes.good;
    case 'refused': return exitCodes.no;
    case 'partial': case 'diverged': case 'stuck': return exitCodes.needsHuman;
    case 'queued': case 'running': case 'held': return null;
  }
}
