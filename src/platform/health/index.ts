export { HealthCheck, type Health, type HealthOptions } from './health-check';
export { HealthModule } from './health.module';
