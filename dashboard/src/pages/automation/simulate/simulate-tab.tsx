import { useDraft } from '../draft/use-draft.ts';

export function SimulateTab() {
  const { name } = useDraft();
  return <p className="p-4">{name}</p>;
}
