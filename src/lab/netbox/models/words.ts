// Keys and fields that many models of the table share.
import { text } from './field';
import type { Field } from './field';

export const HEAD = 'id url display_url display';
export const TAIL = 'owner comments tags custom_fields created last_updated';
export const SLUG_BRIEF = 'id url display name slug description';
export const NAME_BRIEF = 'id url display name description';
export const prose: Readonly<Record<'description' | 'comments', Field>> = { description: text(200), comments: text(100000) };
export const requiredName = (max = 100): Field => text(max, { required: true });
export const uniqueName = (max = 100): Field => text(max, { required: true, unique: true });
