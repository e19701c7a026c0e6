// `sluice explain guest` (F12, P39): the story of one guest, in the sentences of its page.
import type { Command } from 'commander';
import type { Explanation } from '../journal';
import { guestText, storyText } from '../ui/view-models';
import { withSluice } from './ask-sluice';
import { CommandFailed, exitCodes, exitCodesHelp } from './exit-code';
import { isWholeId } from './short-id';
import type { Surroundings } from './surroundings';
import { addWhere, whichSluice, type Where } from './which-sluice';

interface Options extends Where { readonly json?: true }

export function addExplain(program: Command, surroundings: Surroundings): void {
  const guest = program.command('explain').description('why something is as it is, from the rows and the journal')
    .command('guest').description('what was asked, checked, approved, sent and seen for one guest').argument('<guest>', "Sluice's id of the guest, or <cluster>/<VMID>")
    .option('--json', 'the body of the API: the story and the rows it was made from')
    .addHelpText('after', `
Sluice's id of a guest stands in its description in Proxmox and in sluice_guest_id in NetBox. <cluster>/<VMID> is the guest that has
this VMID, or had it last.

Examples:
  sluice explain guest leipzig/5005
  sluice explain guest 5b0f1d6c-0000-4000-8000-000000000000 --json
${exitCodesHelp}`);
  addWhere(guest).action(async (which: string, options: Options) => {
    const path = pathOf(which);
    await withSluice(whichSluice(options, surroundings), async (client) => {
      const explanation = await client.get<Explanation>(path);
      surroundings.out(options.json === true ? JSON.stringify(explanation) : [guestText(explanation, which), storyText(explanation)].join('\n'));
    });
  });
}

function pathOf(which: string): string {
  if (isWholeId(which)) return `/api/explain/guests/${which.toLowerCase()}`;
  const [, cluster = '', vmid = ''] = /^([a-z0-9][a-z0-9-]*)\/([1-9]\d{2,8})$/.exec(which) ?? [];
  if (cluster === '') throw new CommandFailed(`${JSON.stringify(which)} names no guest. Give its whole id, or cluster and VMID such as leipzig/5005.`, exitCodes.usage);
  return `/api/explain/clusters/${cluster}/guests/${vmid}`;
}
