// Headers that carry meaning: those of an answer that the recording kept, each with the value it had, and none of them where it had none.
import { compare } from './comparison';
import type { Correspondence, Difference } from './comparison';
import type { Exchange } from './recording';

const KEPT = ['content-type', 'vary', 'allow', 'location', 'api-version', 'x-frame-options', 'content-language', 'www-authenticate'];

export function compareHeaders(step: Exchange, simulated: Readonly<Record<string, string | string[] | undefined>>, known: Correspondence): readonly Difference[] {
  const presence = (step.answerHeaders['x-request-id'] !== undefined) === (simulated['x-request-id'] !== undefined) ? [] : [{ file: step.file, at: 'header x-request-id', recorded: step.answerHeaders['x-request-id'], simulated: simulated['x-request-id'] }];
  return [...presence, ...KEPT.flatMap((name) => compare(step.file, step.answerHeaders[name] ?? '(absent)', simulated[name] ?? '(absent)', known, `header ${name}`))];
}
