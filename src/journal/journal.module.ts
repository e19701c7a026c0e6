// A door of its own for the composition root: index.ts is imported by every store, and the controller needs the guard's
// declarations, which would close a circle.
import { Module, type DynamicModule } from '@nestjs/common';
import type { Database } from '../platform/database';
import { ExplainService } from './explain.service';
import { ExplainStore } from './explain.store';
import { JournalController } from './journal.controller';
import { JournalReader } from './journal.reader';

@Module({})
export class JournalModule {
  static with({ db }: { readonly db: Database }): DynamicModule {
    return {
      module: JournalModule,
      controllers: [JournalController],
      providers: [{ provide: JournalReader, useValue: new JournalReader(db) }, { provide: ExplainService, useValue: new ExplainService(new ExplainStore(db)) }],
      exports: [JournalReader, ExplainService],
    };
  }
}
