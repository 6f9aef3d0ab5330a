import { DomainError } from '../platform/errors.ts';
import { FILE_BYTES_MAX, LINES_MAX, UNFINISHED_MAX, type ImportState } from './import.ts';

export const importNotFound = (): DomainError =>
  new DomainError('data.import_not_found', 'not_found', 'Import not found');

/** @param message says what is wrong with the file */
export const fileInvalid = (message: string): DomainError =>
  new DomainError('data.file_invalid', 'invalid', message);

/** @param message says which column, and what is wrong */
export const mappingInvalid = (message: string, columns: readonly string[] = []): DomainError =>
  new DomainError('data.mapping_invalid', 'invalid', message, { columns });

export const fileTooLarge = (): DomainError =>
  new DomainError(
    'data.file_too_large',
    'too_large',
    `A file may have ${FILE_BYTES_MAX} bytes and ${LINES_MAX} lines; import it in parts`,
  );

export const tooManyImports = (): DomainError =>
  new DomainError(
    'data.too_many_imports',
    'conflict',
    `${UNFINISHED_MAX} imports have not ended yet; wait for one, or cancel it`,
  );

export const importState = (state: ImportState): DomainError =>
  new DomainError('data.import_state', 'conflict', `This import is ${state}`);

/** @param message says which part of the question is wrong */
export const exportInvalid = (message: string): DomainError =>
  new DomainError('data.export_invalid', 'invalid', message);
