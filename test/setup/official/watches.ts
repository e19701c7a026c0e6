// The simulators that this test file watches, and what is done with what was seen. Loaded into every test file, so it imports nothing.

export interface Watch {
  /** What does not fit of everything asked since the last look. */
  look(): Promise<readonly string[]>;
  /** The last look, before the simulator ends. */
  end(): Promise<readonly string[]>;
}

const watches = new Set<Watch>();

export function watching(look: Watch['look']): Watch {
  // A simulator that is gone is missed once, by the test that lost it.
  const looked = (): Promise<readonly string[]> => look().catch((trouble: Error) => { watches.delete(watch); return [`a simulator was gone before its last requests were looked at: ${trouble.message}`]; });
  const watch: Watch = { look: looked, end: async () => (watches.delete(watch) ? looked() : []) };
  watches.add(watch);
  return watch;
}

/** Whatever stands against the requests since the last look; called after each test. */
export async function lookAtAll(): Promise<readonly string[]> {
  return (await Promise.all([...watches].map((each) => each.look()))).flat();
}

export function complain(found: readonly string[]): void {
  if (found.length > 0) throw new Error(`requests that the official schemas do not allow (a test's own say so in their User-Agent and are not looked at):\n${[...new Set(found)].map((one) => `  ${one}`).join('\n')}`);
}
