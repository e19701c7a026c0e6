// Carries P1: what a thing is called is what it contains.
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import type { Digest } from './ids';

export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** SHA-256 (hex) over the canonical JSON of a value. */
export const digestOf = (value: unknown): Digest => sha256Hex(canonicalJson(value)) as Digest;

/** The eight characters that people compare between page, terminal, journal and NetBox. */
export const shortDigest = (digest: string): string => digest.slice(0, 8);
