// The story of one guest, the same on its page and in the terminal.
import type { Explanation } from '../../journal';
import { guestKind, timeText } from './words';

/** Which guest it is, in one line. */
export const guestText = ({ guest }: Pick<Explanation, 'guest'>, id: string): string =>
  (guest === null ? `Guest ${id}` : `${guestKind(guest.kind === 'lxc' ? 'lxc' : 'qemu')} ${guest.vmid} of cluster ${guest.cluster}, ${guest.state}`);

/** One line each, in order: when, what it was, in words. */
export const storyText = ({ story }: Pick<Explanation, 'story'>): string => story.map((line) => `${timeText(line.at)}  ${line.chapter.padEnd(9)}  ${line.sentence}`).join('\n');
