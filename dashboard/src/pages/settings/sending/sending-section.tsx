import { SettingsParts } from '../settings-part.tsx';
import { PauseForm } from './pause-form.tsx';
import { TrackingForm } from './tracking-form.tsx';

const PARTS = [PauseForm, TrackingForm];

/** When sending stops by itself, and what is followed of emails. */
export function SendingSection() {
  return <SettingsParts parts={PARTS} />;
}
