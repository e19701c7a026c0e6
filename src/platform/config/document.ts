// The configuration as it is written down. Each check carries its own sentence of what to write instead.
import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Matches, Max, Min, MinLength, ValidateNested, type ValidationOptions } from 'class-validator';
import { editAndAddPhrase, policyBounds, protectedGuestPattern, type Bounds } from '../../policy/core/bounds';
import { logLevels, processRoles, type LogLevel, type ProcessRole } from './config';
import { aDuration, durationSeconds } from './duration';

type Check = PropertyDecorator;
const all = (...checks: readonly Check[]): Check => (target, key) => { for (const check of checks) check(target, key); };

/** A duration in seconds, read from `24h` and the like. */
const Duration = ([least, most]: Bounds = [1, Infinity]): Check => all(
  Transform(({ value }: { value: unknown }) => durationSeconds(value) ?? value),
  IsInt({ message: aDuration }), Min(least, { message: `Write at least ${least}s.` }), Max(most, { message: `Write at most ${most / 86_400}d.` }),
);
const OneOf = (values: readonly string[], options: ValidationOptions = {}): Check => IsIn([...values], { message: `Write ${options.each === true ? 'some of' : 'one of'}: ${values.join(', ')}.`, ...options });
const Text = (fix: string): Check => all(IsString({ message: fix }), IsNotEmpty({ message: fix }));
const Whole = ([least, most]: Bounds): Check => all(IsInt({ message: `Write a whole number from ${least} to ${most}.` }), Min(least, { message: `Write at least ${least}.` }), Max(most, { message: `Write at most ${most}.` }));
const YesOrNo = (): Check => IsBoolean({ message: 'Write true or false.' });
const Name = (): Check => Matches(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, { message: 'Give it a short name of its own: small letters, digits and inner hyphens, at most 32; it stands in URLs, rows and variables.' });
const Address = (schemes: string, example: string): Check => Matches(new RegExp(`^(${schemes})://[^\\s/@?#]+(/[^\\s?#]*)?$`), { message: `Write an address such as ${example}, without user, query or fragment.` });
const Inside = (make: () => new () => object): Check => all(IsObject({ message: 'Write an object with its keys.' }), ValidateNested(), Type(make));
const Each = (make: () => new () => object): Check => all(IsArray({ message: 'Write a list.' }), ValidateNested({ each: true }), Type(make));
const Names = (): Check => all(IsArray({ message: 'Write a list of names.' }), IsString({ each: true, message: 'Write a list of names.' }), IsNotEmpty({ each: true, message: 'Leave no name empty.' }));
const Secret = (): Check => Text('Give the secret in a file named by this key with File behind it, or in its environment variable (config/default.yaml says which).');

export class DatabaseSection {
  @IsOptional() @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'Write postgres://user@host:5432/database, or leave it out for the embedded PostgreSQL.' }) readonly url: string | null = null;
  @IsOptional() @Text('Name a file.') readonly rolePasswordsFile: string | null = null;
}

export class HttpSection {
  @Text('Name an address to listen on, such as 127.0.0.1 or 0.0.0.0.') readonly host: string = '127.0.0.1';
  @Whole([0, 65_535]) readonly port: number = 8080;
  @IsOptional() @Address('https?', 'https://sluice.example.org') readonly publicUrl: string | null = null;
}

export class LogSection {
  @OneOf(logLevels) readonly level: LogLevel = 'info';
  @IsOptional() @YesOrNo() readonly pretty: boolean | null = null;
}

export class LabSection {
  @YesOrNo() readonly start: boolean = true;
}

export class NetBoxSection {
  @Name() readonly name!: string;
  @Address('https?', 'https://netbox.example.org') readonly url!: string;
  @Secret() readonly token!: string;
  @Secret() readonly webhookSecret!: string;
  @Secret() readonly gateSecret!: string;
  @IsOptional() @Text('Name a file with certificates in PEM.') readonly caFile: string | null = null;
  @IsOptional() @IsObject({ message: 'Write an object: Sluice\'s word to the name of the field in NetBox.' }) readonly fields: Readonly<Record<string, unknown>> = {};
}

export class TokenSection {
  @Matches(/^[^@!\s]+@[^@!\s]+![^@!\s]+$/, { message: 'Write the token\'s whole id, such as sluice-reflect@pve!reflect.' }) readonly id!: string;
  @Secret() readonly secret!: string;
}

export class TokensSection {
  @Inside(() => TokenSection) readonly reflect!: TokenSection;
  @IsOptional() @Inside(() => TokenSection) readonly create?: TokenSection;
  @IsOptional() @Inside(() => TokenSection) readonly update?: TokenSection;
  @IsOptional() @Inside(() => TokenSection) readonly lender?: TokenSection;
  @IsOptional() @Inside(() => TokenSection) readonly destroy?: TokenSection;
}

export class ConnectionSection {
  @IsOptional() @Text('Write the node\'s name, or leave it out for an address in front of all nodes.') readonly node: string | null = null;
  @Address('https', 'https://pve1.example.org:8006') readonly url!: string;
}

export class VmidRangeSection {
  @Whole([100, 999_999_999]) readonly first!: number;
  @Whole([100, 999_999_999]) readonly last!: number;
}

export class ClusterSection {
  @Name() readonly name!: string;
  @Text('Name one of the instances under netbox.') readonly netbox!: string;
  @Text('Write the name that this cluster has in NetBox.') readonly netboxCluster!: string;
  @OneOf(['8.4', '9.0']) readonly version: '8.4' | '9.0' = '8.4';
  @Each(() => ConnectionSection) @ArrayNotEmpty({ message: 'Name at least one way to reach the cluster: [{node, url}].' }) readonly connections!: readonly ConnectionSection[];
  @YesOrNo() readonly verifyTls: boolean = true;
  @IsOptional() @Text('Name a file with certificates in PEM.') readonly caFile: string | null = null;
  @IsOptional() @YesOrNo() readonly allowWrites: boolean | null = null;
  @Inside(() => TokensSection) readonly tokens!: TokensSection;
  @Text('Name the pool in which guests are made.') readonly intakePool: string = 'sluice-intake';
  @Names() readonly managedPools: readonly string[] = ['sluice-managed'];
  @Names() readonly deletablePools: readonly string[] = [];
  @Names() readonly diskPools: readonly string[] = [];
  @Names() readonly migratePools: readonly string[] = [];
  @IsOptional() @Text('Write a bridge\'s name, such as vmbr0.') readonly defaultBridge: string | null = null;
  @IsOptional() @Text('Write a storage\'s name.') readonly defaultStorage: string | null = null;
  @Inside(() => VmidRangeSection) readonly vmidRange!: VmidRangeSection;
}

export class DeletionSection {
  @Whole(policyBounds['deletion.threshold']) readonly threshold: number = 1;
  @Duration(policyBounds['deletion.windowSeconds']) readonly window: number = 86_400;
  @Duration(policyBounds['deletion.approveWithinSeconds']) readonly approveWithin: number = 7 * 86_400;
  @Duration(policyBounds['deletion.startWithinSeconds']) readonly startWithin: number = 86_400;
  @Whole(policyBounds['deletion.maxPerHour']) readonly maxPerHour: number = 3;
  @OneOf(['refuse', 'shutdown', 'shutdown-then-stop']) readonly powerOff: 'refuse' | 'shutdown' | 'shutdown-then-stop' = 'refuse';
}

export class PlanSection {
  @Duration(policyBounds['plan.expiresAfterSeconds']) readonly expiresAfter: number = 86_400;
  @Duration(policyBounds['plan.startWithinSeconds']) readonly startWithin: number = 3600;
  @IsOptional() @Whole(policyBounds['limits.maxCores']) readonly maxCores: number | null = null;
  @IsOptional() @Whole(policyBounds['limits.maxMemoryMib']) readonly maxMemoryMib: number | null = null;
  @IsOptional() @Whole(policyBounds['limits.maxCreates']) readonly maxCreates: number | null = 100;
  @IsOptional() @Whole(policyBounds['limits.maxUpdates']) readonly maxUpdates: number | null = 100;
  @IsOptional() @Whole(policyBounds['limits.maxDeletions']) readonly maxDeletions: number | null = 10;
}

export class IntentSection {
  @IsOptional() @IsIn([editAndAddPhrase], { message: `Write the phrase ${editAndAddPhrase} to let branches change Proxmox, or leave it out.` }) readonly allow: string | null = null;
}

export class ProtectedSection {
  @IsArray({ message: 'Write a list.' }) @Matches(protectedGuestPattern, { each: true, message: 'Write <cluster>/<VMID>, such as west/101, or the guest id that Sluice gave.' }) readonly guests: readonly string[] = [];
}

const Severity = (): Check => OneOf(['refusal', 'warning']);
export class RulesSection {
  @Severity() readonly addressFree: 'refusal' | 'warning' = 'refusal';
  @Severity() readonly storageHasRoom: 'refusal' | 'warning' = 'refusal';
  @Severity() readonly bridgeExists: 'refusal' | 'warning' = 'refusal';
}

export class JournalSection {
  @IsOptional() @Text('Name a file outside the database\'s own disk where possible.') readonly checkpointFile: string | null = null;
  @Duration() readonly checkpointEvery: number = 300;
}

/** What a service may do. Approving is for people (P17). */
const servicePermissions = ['view', 'operate', 'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc'] as const;

export class ServiceTokenSection {
  @Name() readonly name!: string;
  @Secret() @MinLength(24, { message: 'Use a random token of at least 24 characters, e.g. from: openssl rand -hex 32' }) readonly token!: string;
  @IsArray({ message: 'Write a list.' }) @OneOf(servicePermissions, { each: true }) readonly permissions!: readonly string[];
}

export class ConfigDocument {
  @OneOf(['lab', 'live']) readonly mode: 'lab' | 'live' = 'live';
  @Inside(() => LabSection) readonly lab: LabSection = new LabSection();
  @IsOptional() @Text('Name a directory.') readonly data?: string;
  @IsArray({ message: 'Write a list.' }) @ArrayNotEmpty({ message: `Name at least one of: ${processRoles.join(', ')}.` }) @OneOf(processRoles, { each: true }) readonly roles: readonly ProcessRole[] = processRoles;
  @Inside(() => DatabaseSection) readonly database: DatabaseSection = new DatabaseSection();
  @Inside(() => HttpSection) readonly http: HttpSection = new HttpSection();
  @Inside(() => LogSection) readonly log: LogSection = new LogSection();
  @Each(() => NetBoxSection) readonly netbox: readonly NetBoxSection[] = [];
  @Each(() => ClusterSection) readonly clusters: readonly ClusterSection[] = [];
  @Inside(() => DeletionSection) readonly deletion: DeletionSection = new DeletionSection();
  @Inside(() => PlanSection) readonly plan: PlanSection = new PlanSection();
  @Inside(() => IntentSection) readonly intent: IntentSection = new IntentSection();
  @Inside(() => ProtectedSection) readonly protected: ProtectedSection = new ProtectedSection();
  @Inside(() => RulesSection) readonly rules: RulesSection = new RulesSection();
  @Inside(() => JournalSection) readonly journal: JournalSection = new JournalSection();
  @Each(() => ServiceTokenSection) readonly serviceTokens: readonly ServiceTokenSection[] = [];
  @Duration() readonly reconcileEvery: number = 60;
}
