// What a task left behind: its type, id and owner, and its log as far as Proxmox itself writes it. Lines of programs that the
// simulator does not run (mkfs, qemu-img, rsync, tar, lxc) are each machine's own.
import type { PveAnswer } from '../../../src/lab/proxmox';
import type { Exchange } from './recording';

const otherPrograms: readonly RegExp[] = [
  /^Formatting '/, /^(?:transferred|drive-\S+: transferred) /, /^Image resized\.$/, /^qemu-img: /, /^command '\/usr\/bin\/qemu-img /,
  /^(?:Creating filesystem|Filesystem UUID|Superblock backups|\t\d|Allocating group|Writing inode|Creating journal|Writing superblocks)/, /^(?:resize2fs|old_desc_blocks|: Permission denied|Failed to update the container's filesystem)/,
  /^(?:Total bytes read|Detected container architecture|Creating SSH host key|done: SHA256|Number of|Total |Literal data|Matched data|File list|sent |total size)/,
  /^(?:failed to connect to monitor socket|lxc-stop: |command 'lxc-stop|Cannot stat file |--\d{4}-)/, /^INFO: (?!Starting Backup|backup mode|starting new backup|Finished Backup|Backup job)/, /^$/,
  // A live migration's progress, in its own clock.
  /^\d{4}-\d\d-\d\d /,
];

/** The order of the parameters that a line repeats is the real one's hash order. */
const withoutOrder = (line: string): string => line.replace(/^(INFO: starting new backup job: \S+ \S+) (.*)$/, (_whole, head: string, rest: string) => `${head} ${rest.split(/ (?=--)/).sort().join(' ')}`);
const own = (lines: readonly string[]): string => lines.filter((line) => !otherPrograms.some((pattern) => pattern.test(line))).map(withoutOrder).join('\n');

export interface Ended { readonly exitstatus: string; readonly log: readonly string[] }

export function taskApart(exchange: Exchange, answer: PveAnswer, ended: Ended): { readonly what: string; readonly real: string; readonly ours: string } | null {
  const { task_status: status, task_log: log } = exchange;
  const [, , , , , type = '', id = '', owner = ''] = String(answer.body?.data).split(':');
  const facts = [
    { what: 'exit status', real: status?.exitstatus ?? '', ours: ended.exitstatus },
    { what: 'task', real: `${status?.type ?? ''} ${status?.id ?? ''} of ${status?.user ?? ''}${status?.tokenid === undefined ? '' : ' by token'}`, ours: `${type} ${id} of ${owner.replace(/!.*$/, ' by token')}` },
    { what: 'end of the log', real: lastLine(log ?? []), ours: lastLine(log ?? []) === '' ? '' : lastLine(ended.log) },
    { what: 'log', real: own(log ?? []), ours: log === undefined || log === null ? '' : own(lastLine(log) === '' ? ended.log.slice(0, -1) : ended.log) },
  ];
  return facts.find(({ real, ours }) => plainLog(real) !== plainLog(ours)) ?? null;
}

/** Long logs were cut by the recorder, at their end. */
const lastLine = (log: readonly string[]): string => (log.at(-1)?.startsWith('TASK ') === true ? (log.at(-1) ?? '') : '');

const plainLog = (text: string): string => text.replace(/UPID:[^\s"']*/g, 'UPID').replace(/\.tmp\.\d+/g, '.tmp').replace(/\(\d\d:\d\d:\d\d\)/g, '(duration)').trimEnd();
