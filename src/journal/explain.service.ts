// Carries P39: one call explains any guest, in sentences and with the rows they were made from.
import type { ExplainStore } from './explain.store';
import { explain, type GuestRows, type Line } from './core/explain';

export interface Explanation {
  readonly guest: GuestRows['link'];
  readonly story: readonly Line[];
  readonly raw: Omit<GuestRows, 'names' | 'link'>;
}

export class ExplainService {
  constructor(private readonly store: ExplainStore) {}

  async guestAt(cluster: string, vmid: number): Promise<Explanation | null> {
    const guestId = await this.store.guestAt(cluster, vmid);
    return guestId === null ? null : this.guest(guestId);
  }

  async guest(guestId: string): Promise<Explanation | null> {
    const rows = await this.store.ofGuest(guestId);
    if (rows === null) return null;
    const { names: _names, link, ...raw } = rows;
    return { guest: link, story: explain(rows), raw };
  }
}
