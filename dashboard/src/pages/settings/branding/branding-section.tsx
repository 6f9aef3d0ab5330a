import { SettingsParts } from '../settings-part.tsx';
import { BrandForm } from './brand-form.tsx';

const PARTS = [BrandForm];

/** How branded emails and the pages for recipients look. */
export function BrandingSection() {
  return <SettingsParts parts={PARTS} />;
}
