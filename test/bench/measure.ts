// Numbers with their bound. A line says what was measured, against what, and whether the promise of the issue holds.

export interface Measured { readonly what: string; readonly value: number; readonly unit: string; readonly bound: number; readonly beside: string }

/** `p` between 0 and 1. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

export const holds = (measured: Measured): boolean => measured.value <= measured.bound;

export const lineOf = (measured: Measured): string =>
  `${holds(measured) ? 'ok  ' : 'OVER'}  ${measured.what.padEnd(58)} ${measured.value.toFixed(2).padStart(9)} ${measured.unit.padEnd(4)} bound ${String(measured.bound).padStart(6)}   ${measured.beside}`;
