export { readImport } from './change-import.ts';
export { eraseFromImports } from './erase-from-imports.ts';
export {
  FILE_FORMATS,
  IMPORT_KINDS,
  SOURCES,
  type FileFormat,
  type Import,
  type ImportKind,
  type SourceName,
} from './import.ts';
export { mappingOf } from './mapping.ts';
export { receiveImport } from './receive.ts';
export { importRoutes } from './routes.ts';
export { listFaults } from './sql/imports.ts';
export { createImportDuty, IMPORTS_IDLE_MS, tidyImports, type ImportWorkDeps } from './work.ts';
export { exportedEverything } from './export/everything.ts';
export { exportRoutes } from './export/routes.ts';
export { EXPORT_KINDS, type ExportKind } from './export/table.ts';
export { exported } from './export/write.ts';
