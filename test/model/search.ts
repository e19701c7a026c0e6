// Breadth-first search over a model: every reachable state is checked, and the shortest way to a broken one is told as a story.
export interface Model<State> {
  readonly initial: State;
  moves(state: State): readonly (readonly [label: string, next: State])[];
  /** A sentence about what is wrong here, or null. */
  broken(state: State): string | null;
}

export interface Found { readonly states: number; readonly story: string | null }

export function search<State>(model: Model<State>, mostStates = 400_000): Found {
  const keyOf = (state: State): string => JSON.stringify(state);
  const seen = new Map<string, { readonly from: string | null; readonly label: string }>();
  const start = keyOf(model.initial);
  seen.set(start, { from: null, label: 'in the beginning' });
  let frontier: { readonly key: string; readonly state: State }[] = [{ key: start, state: model.initial }];
  const tell = (key: string, wrong: string): string => {
    const lines: string[] = [];
    for (let at: string | null = key; at !== null; at = seen.get(at)?.from ?? null) lines.unshift(seen.get(at)?.label ?? '');
    return [...lines.map((line, index) => `${index}. ${line}`), `=> ${wrong}`].join('\n');
  };
  const wrongAtFirst = model.broken(model.initial);
  if (wrongAtFirst !== null) return { states: 1, story: tell(start, wrongAtFirst) };
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { key, state } of frontier) {
      for (const [label, reached] of model.moves(state)) {
        const reachedKey = keyOf(reached);
        if (seen.has(reachedKey)) continue;
        seen.set(reachedKey, { from: key, label });
        const wrong = model.broken(reached);
        if (wrong !== null) return { states: seen.size, story: tell(reachedKey, wrong) };
        if (seen.size > mostStates) throw new Error(`more than ${mostStates} states: the model is not bounded`);
        next.push({ key: reachedKey, state: reached });
      }
    }
    frontier = next;
  }
  return { states: seen.size, story: null };
}
