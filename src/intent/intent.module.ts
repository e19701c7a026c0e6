import { Module, type DynamicModule } from '@nestjs/common';
import { GateController } from './gate.controller';
import { GateDoor } from './gate-door';
import { GateService } from './gate.service';
import { PlansController } from './plans.controller';
import { PlansService } from './plans.service';

@Module({})
export class IntentModule {
  static with(parts: { readonly plans: PlansService; readonly gate: GateService; readonly door: GateDoor }): DynamicModule {
    return {
      module: IntentModule,
      controllers: [PlansController, GateController],
      providers: [{ provide: PlansService, useValue: parts.plans }, { provide: GateService, useValue: parts.gate }, { provide: GateDoor, useValue: parts.door }],
    };
  }
}
