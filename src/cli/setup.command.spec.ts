import { runCli } from './run-cli';

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: readonly string[]; readonly err: readonly string[] }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, { env: {}, cwd: '/', out: (line) => void out.push(line), err: (line) => void err.push(line) });
  return { code, out, err };
}

describe('sluice setup proxmox', () => {
  it('prints lines for a root shell from its options alone', async () => {
    const { code, out } = await run('setup', 'proxmox', '--print', '--major', '9', '--managed-pool', 'sluice-managed', '--deletable-pool', 'sluice-managed', '--storage', 'vmdata', '--bridge', 'vmbr0');
    expect(code).toBe(0);
    expect(out).toContain('pveum acl modify /storage/vmdata --roles SluiceSpace --users sluice-create@pve --propagate 0');
    expect(out.filter((line) => !/^(#|pveum |$)/.test(line))).toEqual([]);
  });

  it.each([
    ['a name with a shell in it', ['--managed-pool', 'x;rm -rf /'], 'is no name that Proxmox would accept'],
    ['a deletable pool that is not managed', ['--managed-pool', 'a', '--deletable-pool', 'b'], 'b is to be deletable and is not managed'],
    ['another major version', ['--major', '7'], '--major is 7'],
  ])('refuses %s', async (_what, args, text) => {
    const { code, out, err } = await run('setup', 'proxmox', '--print', ...args);
    expect([code, out]).toEqual([2, []]);
    expect(err.join('\n')).toContain(text);
  });

  it('says which clusters there are when the named one is not configured', async () => {
    const { code, err } = await run('setup', 'proxmox', '--print', '--cluster', 'nowhere');
    expect(code).not.toBe(0);
    expect(err.join('\n')).toMatch(/nowhere|configuration/);
  });
});
