// Tickets and secrets are each side's own: what the recorder sent is sent again with what the simulator gave out for it.
import type { PveAnswer } from '../../../src/lab/proxmox';
import type { Exchange } from './recording';

interface Given { readonly ticket: string; readonly forgeryToken: string }

export class Credentials {
  private readonly tickets = new Map<string, Given>();
  private readonly secrets = new Map<string, string>();

  /** Notes the ticket of a sign-in and the secret of a new token. */
  note(answer: PveAnswer): void {
    const given = answer.body?.data as { readonly ticket?: string; readonly username?: string; readonly CSRFPreventionToken?: string; readonly 'full-tokenid'?: string; readonly value?: string } | null | undefined;
    if (typeof given !== 'object' || given === null) return;
    if (given.ticket !== undefined) this.tickets.set(given.username ?? '', { ticket: given.ticket, forgeryToken: given.CSRFPreventionToken ?? '' });
    if (given['full-tokenid'] !== undefined) this.secrets.set(given['full-tokenid'], given.value ?? '');
  }

  /** A recorded ticket (`PVE:alice@pve:6B0098F8::<...>`, cut or not) as ours; a forged one and any other text as it is. */
  ticketFor(text: string): string {
    const [, userid = '', made = ''] = /^PVE:([^:]+):([0-9A-F]{8})::/.exec(text) ?? [];
    return made === '' || made === '00000000' ? text : (this.tickets.get(userid)?.ticket ?? text);
  }

  headersOf(recorded: Readonly<Record<string, string>>): Record<string, string> {
    const headers = { ...recorded };
    const [, recordedTicket = ''] = /^PVEAuthCookie=(.*)$/.exec(headers['cookie'] ?? '') ?? [];
    if (recordedTicket !== '') headers['cookie'] = `PVEAuthCookie=${encodeURIComponent(this.ticketFor(recordedTicket))}`;
    const userid = recordedTicket.split(':')[1] ?? '';
    if (headers['csrfpreventiontoken']?.endsWith(':<base64>') === true) headers['csrfpreventiontoken'] = this.tickets.get(userid)?.forgeryToken ?? '';
    const [, token = ''] = /^PVEAPIToken=(\S+)=<uuid>$/.exec(headers['authorization'] ?? '') ?? [];
    const secret = this.secrets.get(token);
    if (secret !== undefined) headers['authorization'] = `PVEAPIToken=${token}=${secret}`;
    return headers;
  }
}

/** The seconds in it are not compared, that they are there is. */
export const isSignIn = (exchange: Exchange): boolean => exchange.path.endsWith('/access/ticket');
