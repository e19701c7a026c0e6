// Who acts: a person with the rights of this moment (P19), or a service, which can look and ask and never approves (P17).
import type { PersonId } from '../../kernel';
import type { Permission } from './permission';

export interface PersonActor {
  readonly kind: 'person';
  readonly personId: PersonId;
  readonly username: string;
  readonly displayName: string;
  readonly permissions: ReadonlySet<Permission>;
}
export interface ServiceActor { readonly kind: 'service'; readonly name: string; readonly permissions: ReadonlySet<Permission> }
export type Actor = PersonActor | ServiceActor;

/** How the actor stands in the journal and among the originators of a request: `person:<uuid>` or `service:<name>`. */
export const actorKey = (actor: Actor): string => (actor.kind === 'person' ? `person:${actor.personId}` : `service:${actor.name}`);

/** How people call the actor. */
export const actorName = (actor: Actor): string => (actor.kind === 'person' ? actor.displayName : `service ${actor.name}`);
