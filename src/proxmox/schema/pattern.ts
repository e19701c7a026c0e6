// Patterns as the table holds them: anchored like the schema's, `(?i)` in front where letters match in both cases.
const made = new Map<string, RegExp>();

export function anchored(pattern: string): RegExp {
  const known = made.get(pattern);
  if (known !== undefined) return known;
  const isCaseless = pattern.startsWith('(?i)');
  const regexp = new RegExp(`^(?:${isCaseless ? pattern.slice(4) : pattern})$`, isCaseless ? 'i' : '');
  made.set(pattern, regexp);
  return regexp;
}
