export { CannotStart } from './cannot-start';
export { Database, databaseRoles, openDatabase, type DatabaseRole, type Tx } from './database';
export { dataDirectory } from './data-directory';
export { startEmbeddedPostgres, stopAbandonedPostgres, type EmbeddedPostgres } from './embedded/supervisor';
export { loginOf, roleUrl } from './logins';
export { migrate, type Mode } from './migrate';
export { rolePasswords, type RolePasswords } from './role-passwords';
export { constraintOf, sqlState } from './sql-state';
export { schemaSnapshot } from './schema-snapshot';
