// What `exec` finds inside a guest: the few programs that every guest has, and those that a test put there. Pure.
import type { Ended, Inside } from './agent-facts';

type Program = (inside: Inside, args: readonly string[]) => Ended;

const programs: Readonly<Record<string, Program>> = {
  true: () => ({ exitcode: 0 }),
  false: () => ({ exitcode: 1 }),
  echo: (_inside, args) => ({ exitcode: 0, out: `${args.join(' ')}\n` }),
  hostname: (inside) => ({ exitcode: 0, out: `${inside.agent.hostname ?? 'localhost'}\n` }),
  uname: (inside) => ({ exitcode: 0, out: `Linux ${inside.agent.os?.['kernel-release'] ?? ''}`.trimEnd() + '\n' }),
  passwd: () => ({ exitcode: 0 }),
  cat: (inside, [file = '']) => {
    const text = inside.files[file];
    return text === undefined ? { exitcode: 1, err: `cat: ${file}: No such file or directory\n` } : { exitcode: 0, out: text };
  },
  busybox: (inside, [name = '', ...args]) => programOf(inside, name)?.(inside, args) ?? { exitcode: 127, err: `${name}: applet not found\n` },
};

export function programOf(inside: Inside, path: string): Program | null {
  const given = inside.agent.programs?.[path];
  if (given !== undefined) return () => given;
  const name = path.replace(/^\/(?:usr\/)?s?bin\//, '');
  return inside.agent.lacks?.includes(name) === true || !Object.hasOwn(programs, name) ? null : (programs[name] ?? null);
}
