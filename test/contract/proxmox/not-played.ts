// Recorded exchanges whose methods are not in the table of calls, by kind and with the reason. The list may only shrink.
import type { Exchange } from './recording';

const kinds: readonly { readonly why: string; readonly path: RegExp }[] = [
  { why: 'the firewall of a guest, which Sluice neither reads nor writes', path: /\/qemu\/\d+\/firewall\// },
  { why: 'keys, monitor and screen of a running VM: a console, and nothing of its configuration', path: /\/qemu\/\d+\/(?:sendkey|monitor|vncproxy)$/ },
];

/** Why an exchange is not played; undefined when it is. */
export const notPlayed = ({ path }: Exchange): string | undefined => kinds.find((kind) => kind.path.test(path))?.why;
