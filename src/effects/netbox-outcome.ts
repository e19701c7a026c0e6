// A write to NetBox in the words of the effect runner, so that a stamp or a record put back has its intent row too (P25).
import type { NetBoxWrite } from '../netbox/ports';
import type { WriteOutcome } from '../proxmox/ports';

export function netboxOutcome(write: NetBoxWrite<unknown>): WriteOutcome {
  switch (write.class) {
    case 'written': return { class: 'applied' };
    case 'not-written': return { class: 'not-applied', status: write.status, text: write.text, transient: write.status === 429 || write.status === 502 || write.status === 503 };
    case 'unknown': return { class: 'unknown', text: write.text };
  }
}
