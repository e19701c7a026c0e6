import { Module, type DynamicModule } from '@nestjs/common';
import { ClusterStore } from './cluster.store';
import { ConnectionsController } from './connections.controller';
import { EndpointsService } from './endpoints.service';

@Module({})
export class ConnectionsModule {
  static with(parts: { readonly endpoints: EndpointsService; readonly store: ClusterStore }): DynamicModule {
    return { module: ConnectionsModule, controllers: [ConnectionsController], providers: [{ provide: EndpointsService, useValue: parts.endpoints }, { provide: ClusterStore, useValue: parts.store }] };
  }
}
