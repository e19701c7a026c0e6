// class-validator's error tree as flat problems: key, observed value, what to write.
import { validateSync, type ValidationError } from 'class-validator';
import type { ConfigDocument } from './document';
import { keys, variableOf } from './keys';
import { shown, type Problem } from './problem';

export function validateDocument(document: ConfigDocument): readonly Problem[] {
  return validateSync(document, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true, validationError: { target: false } }).flatMap((error) => problemsOf(error, ''));
}

function problemsOf(error: ValidationError, above: string): readonly Problem[] {
  const path = /^\d+$/.test(error.property) ? `${above}[${error.property}]` : above === '' ? error.property : `${above}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, fix]) => (
    rule === 'whitelistValidation' ? { key: path, observed: 'a key that nothing reads', fix: 'Remove it or correct its name: config/default.yaml lists all keys.' } : { key: labelled(path), observed: shown(path, error.value), fix: rule === 'nestedValidation' ? 'Write an object with its keys.' : fix }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

const labelled = (path: string): string => (keys[path] === undefined ? path : `${path} (${variableOf(path)})`);
