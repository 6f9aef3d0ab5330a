import { SettingsParts } from '../settings-part.tsx';
import { CapsForm } from './caps-form.tsx';
import { RatesForm } from './rates-form.tsx';
import { WorkspaceForm } from './workspace-form.tsx';

const PARTS = [WorkspaceForm, CapsForm, RatesForm];

/** The name, zone and sender of a side; how much one person gets; how often applications may call. */
export function GeneralSection() {
  return <SettingsParts parts={PARTS} />;
}
