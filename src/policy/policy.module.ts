import { Module, type DynamicModule } from '@nestjs/common';
import type { Database, Mode } from '../platform/database';
import { FreezeController } from './freeze.controller';
import { FreezeService } from './freeze.service';
import { FreezeStore } from './freeze.store';
import { PolicyController } from './policy.controller';
import { PolicyStore } from './policy.store';
import { ProposalService } from './proposal.service';

/** Policy, proposals and the freeze switch of the api; exports both services for pages. */
@Module({})
export class PolicyModule {
  static with({ db, mode }: { readonly db: Database; readonly mode: Mode }): DynamicModule {
    return {
      module: PolicyModule,
      controllers: [PolicyController, FreezeController],
      providers: [{ provide: ProposalService, useValue: new ProposalService(db, new PolicyStore(), mode) }, { provide: FreezeService, useValue: new FreezeService(db, new FreezeStore()) }],
      exports: [ProposalService, FreezeService],
    };
  }
}
