// For TypeORM's own command line: the owner's data source with the migrations of this version.
import { DataSource } from 'typeorm';
import { migrations } from './migrations';

export default new DataSource({ type: 'postgres', url: process.env['DATABASE_URL'] ?? '', migrations: [...migrations], migrationsTableName: 'migrations' });
