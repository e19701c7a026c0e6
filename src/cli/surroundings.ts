/** What a command may touch; tests give their own. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Answers, for people and pipes. */
  out(line: string): void;
  /** Everything else. */
  err(line: string): void;
}
