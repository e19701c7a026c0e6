/** The SQLSTATE of a database error (`23505`, or one of the triggers' own: SL0nn names promise nn), however it is wrapped; null for other errors. */
export function sqlState(trouble: unknown): string | null {
  const { code, driverError } = (trouble ?? {}) as { readonly code?: unknown; readonly driverError?: { readonly code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' && /^[0-9A-Z]{5}$/.test(found) ? found : null;
}

/** The constraint or unique index that a database error names; null where it names none. */
export function constraintOf(trouble: unknown): string | null {
  const { constraint, driverError } = (trouble ?? {}) as { readonly constraint?: unknown; readonly driverError?: { readonly constraint?: unknown } };
  const found = driverError?.constraint ?? constraint;
  return typeof found === 'string' ? found : null;
}
