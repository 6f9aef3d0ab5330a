/**
 * A fault of the installation that a person must mend: its message says what is wrong and what to do.
 *
 * The command line prints the message alone; a stack would only hide it.
 */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
  }
}
