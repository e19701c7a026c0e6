// Carries P37, P39: the journal as it is, and the story of one guest. Both read only.
import { Controller, Get, Param, ParseIntPipe, ParseUUIDPipe, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Requires } from '../identity';
import { ProblemException } from '../platform/http';
import { ExplainService, type Explanation } from './explain.service';
import { JournalReader, type JournalPage } from './journal.reader';

export class JournalQueryParams {
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) readonly after?: number;
  @IsOptional() @IsString() @MaxLength(200) readonly subject?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(1000) readonly limit?: number;
}

@Controller('api')
export class JournalController {
  constructor(private readonly journal: JournalReader, private readonly explainer: ExplainService) {}

  @Get('journal')
  @Requires('view')
  page(@Query() { after, subject, limit }: JournalQueryParams): Promise<JournalPage> {
    return this.journal.page({ afterSeq: after ?? 0, limit: limit ?? 100, ...(subject === undefined ? {} : { subject }) });
  }

  @Get('explain/guests/:id')
  @Requires('view')
  async guest(@Param('id', ParseUUIDPipe) id: string): Promise<Explanation> {
    const explanation = await this.explainer.guest(id);
    if (explanation === null) throw new ProblemException({ code: 'guest.not-found', summary: 'No guest has this id.', observed: id, next: "Use Sluice's own id of the guest: it stands in the guest's description in Proxmox and in NetBox's sluice_guest_id." });
    return explanation;
  }

  /** The same for who knows only where it stands: the guest that has this VMID, or had it last. */
  @Get('explain/clusters/:cluster/guests/:vmid')
  @Requires('view')
  async guestAt(@Param('cluster') cluster: string, @Param('vmid', ParseIntPipe) vmid: number): Promise<Explanation> {
    const explanation = vmid < 100 || vmid > 999_999_999 ? null : await this.explainer.guestAt(cluster, vmid);
    if (explanation === null) throw new ProblemException({ code: 'guest.not-found', summary: 'Sluice knows no guest there.', observed: `VMID ${vmid} of cluster ${cluster}`, next: 'Compare name of the cluster and VMID; a guest that Sluice never planned, made or took in has no story here.' });
    return explanation;
  }
}
