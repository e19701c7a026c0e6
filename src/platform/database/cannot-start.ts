/** Why this process may not start or go on, as a sentence with what to do next. `main` prints it alone, without a stack. */
export class CannotStart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotStart';
  }
}
