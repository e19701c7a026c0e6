export { createHttpApp, type HttpAppOptions } from './app';
export { refusalOfDatabase } from './database-refusal';
export { Gatekeeper } from './gatekeeper';
export { orThrow, problemOf, ProblemException, type FieldError, type Problem } from './problem';
export { ProblemFilter, type HttpLog, type ProblemPage } from './problem.filter';
export { statusOf } from './status-of';
export { invalid } from './validation';
