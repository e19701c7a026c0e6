// NetBox's MB are read as Proxmox's MiB (docs/glossary.md, "MB"): one conversion, here, so that nothing drifts by 2.4 %.

const factors: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of a Proxmox size (`32G`, `512M`, `1.5T`, bare bytes); null when it is not one. */
export function bytesOfSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  const factor = match === null ? undefined : factors[match[2] ?? ''];
  return match === null || factor === undefined ? null : Math.round(Number(match[1]) * factor);
}

/** MiB of a Proxmox size; null when unreadable. */
export function mibOfSize(text: string): number | null {
  const bytes = bytesOfSize(text);
  return bytes === null ? null : bytes / 2 ** 20;
}

/** Proxmox's allocation syntax wants GiB, decimals allowed (`STORAGE:0.5`): exact for every whole MiB. */
export const gibForAllocation = (mib: number): string => String(mib / 1024);

/** Whole number from Proxmox's int, numeric string or scientific notation; null otherwise. */
export function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  return Number.isSafeInteger(number) ? number : null;
}
