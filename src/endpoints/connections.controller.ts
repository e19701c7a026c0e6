import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { actorKey, Caller, personOrThrow, Requires, type Actor } from '../identity';
import { ProblemException } from '../platform/http';
import { ClusterStore, type ClusterView } from './cluster.store';
import { EndpointsService } from './endpoints.service';

@Controller('api/connections')
export class ConnectionsController {
  constructor(private readonly store: ClusterStore, private readonly endpoints: EndpointsService) {}

  @Get()
  @Requires('view')
  list(): Promise<readonly ClusterView[]> {
    return this.store.listWithRights();
  }

  /** A person says that a changed cluster (name, nodes, CA) is the right one (P13). */
  @Post(':name/confirm')
  @HttpCode(200)
  @Requires('administer')
  async confirm(@Param('name') name: string, @Caller() actor: Actor): Promise<ClusterView> {
    const person = personOrThrow(actor, 'confirm a cluster');
    await this.endpoints.look(name);
    const done = await this.store.confirm(name, actorKey(person));
    const row = await this.store.get(name);
    if (row === null) throw new ProblemException({ code: 'cluster.not-found', summary: `There is no cluster ${name}.`, observed: name, next: 'Look at the list of connections.' });
    if (!done) throw new ProblemException({ code: 'cluster.not-changed', summary: `Cluster ${name} needs no confirmation.`, observed: `it is ${row.state}`, next: 'Nothing needs to be done.' });
    return { ...row, rights: await this.store.rights(name) };
  }
}
