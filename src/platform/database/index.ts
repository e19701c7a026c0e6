export { Database, databaseRoles, openDatabase, type DatabaseRole, type Tx } from './database';
export { dataDirectory } from './data-directory';
export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/supervisor';
export { CannotStart, loginOf, migrate, roleUrl, type Mode, type RolePasswords } from './migrate';
export { rolePasswords } from './role-passwords';
export { schemaSnapshot } from './schema-snapshot';
