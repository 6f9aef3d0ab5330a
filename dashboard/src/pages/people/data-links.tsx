import { Link } from '@tanstack/react-router';
import { useMay } from '../../api/may.ts';

const LOOK =
  'inline-flex h-10 shrink-0 items-center rounded-ui border border-edge bg-panel px-3 ' +
  'whitespace-nowrap hover:bg-sunken wide:h-8';

/** To where people are brought along from elsewhere, and taken along. */
export function DataLinks() {
  if (!useMay('editor')) return null;
  return (
    <Link to="/dashboard/settings/$section" params={{ section: 'data' }} className={LOOK}>
      Import or export
    </Link>
  );
}
