import { useMay } from '../../../api/may.ts';
import { Notice } from '../../../components/ui/notice.tsx';
import { ExportBlock } from './export-block.tsx';
import { ImportForm } from './import-form.tsx';
import { ImportList } from './import-list.tsx';

/** Files brought along, and taken along. */
export function DataSection() {
  const may = useMay('editor');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      {may ? (
        <ImportForm />
      ) : (
        <Notice title="Editors and owners import and export">
          <p className="text-muted">What was imported so far is below.</p>
        </Notice>
      )}
      <ImportList mayChange={may} />
      {may && <ExportBlock />}
    </div>
  );
}
