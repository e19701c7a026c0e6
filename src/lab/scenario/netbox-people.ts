// What the lab needs of its own NetBox after it started: who the two people are there, which branch waits, and where webhooks go.
import { setTimeout as delay } from 'node:timers/promises';
import type { SeedPerson } from '../../identity';
import type { LabSecrets } from './secrets';

interface Listed { readonly results: readonly { readonly id: number; readonly name?: string }[] }

export class NetBoxPeople {
  constructor(private readonly url: string, private readonly secrets: LabSecrets) {}

  async seeds(): Promise<readonly SeedPerson[]> {
    const [engineer, approver] = [await this.idOf('users/users/?username=engineer'), await this.idOf('users/users/?username=approver')];
    return [
      { username: 'engineer', displayName: 'Erika Engineer', password: this.secrets.passwords.engineer, netbox: { name: 'netbox', userId: engineer }, permissions: ['view', 'operate', 'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc', 'approve_deletion'] },
      { username: 'approver', displayName: 'Anton Approver', password: this.secrets.passwords.approver, netbox: { name: 'netbox', userId: approver }, permissions: ['view', 'operate', 'administer', 'approve_deletion'] },
    ];
  }

  branchId(name: string): Promise<number> {
    return this.idOf(`plugins/branching/branches/?name=${encodeURIComponent(name)}`);
  }

  vmId(name: string): Promise<number> {
    return this.idOf(`virtualization/virtual-machines/?name=${encodeURIComponent(name)}`);
  }

  /** One webhook and one event rule, as an administrator would make them; their URL follows Sluice's port. */
  async pointAt(sluiceUrl: string): Promise<void> {
    const payload = { name: 'Sluice', payload_url: `${sluiceUrl}/api/hooks/netbox/netbox`, http_method: 'POST', http_content_type: 'application/json', secret: this.secrets.webhook, ssl_verification: true };
    const [known] = (await this.admin<Listed>('GET', 'extras/webhooks/?name=Sluice')).results;
    if (known !== undefined) return void (await this.admin('PATCH', `extras/webhooks/${known.id}/`, payload));
    const made = await this.admin<{ readonly id: number }>('POST', 'extras/webhooks/', payload);
    await this.admin('POST', 'extras/event-rules/', { name: 'Sluice: branches', object_types: ['netbox_branching.branch'], event_types: ['branch_merged', 'branch_reverted'], action_type: 'webhook', action_object_type: 'extras.webhook', action_object_id: made.id, enabled: true });
  }

  /** What the engineer would do in NetBox: ask for the merge, and see how its job ends. */
  async mergeAsEngineer(branchId: number): Promise<{ readonly text: string }> {
    type Job = { readonly id: number; readonly status: { readonly value: string }; readonly error: string };
    const authorization = `Token ${this.secrets.netbox.engineer}`;
    const begun = await fetch(`${this.url}/api/plugins/branching/branches/${branchId}/merge/`, { method: 'POST', headers: { Authorization: authorization, 'Content-Type': 'application/json' }, body: '{"commit": true}' });
    if (!begun.ok) return { text: `NetBox answered ${begun.status} to the merge: ${await begun.text()}` };
    const { id } = (await begun.json()) as Job;
    for (;;) {
      const job = (await (await fetch(`${this.url}/api/core/jobs/${id}/`, { headers: { Authorization: authorization } })).json()) as Job;
      if (job.status.value === 'completed') return { text: 'NetBox merged the branch: the gate permitted it, and the job that follows shows under Jobs.' };
      if (job.status.value === 'errored') return { text: `NetBox did not merge the branch: ${job.error}` };
      await delay(100);
    }
  }

  private async idOf(query: string): Promise<number> {
    const [first] = (await this.admin<Listed>('GET', query)).results;
    if (first === undefined) throw new Error(`the lab's NetBox has nothing for ${query}`);
    return first.id;
  }

  private async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/${path}`, { method, headers: { Authorization: `Token ${this.secrets.netbox.admin}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`the lab's NetBox answered ${response.status} to ${method} ${path}: ${text}`);
    return JSON.parse(text) as T;
  }
}
