import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import TriangleAlert from 'lucide-react/icons/triangle-alert';

/** Something that a check found. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
}

interface ChecksProps {
  readonly findings: readonly Finding[];
  /** Brings the reader to the place that a finding is about. */
  readonly onGo: (path: string) => void;
}

/** What keeps the email from being published, and what is worth a second look. */
export function Checks({ findings, onGo }: ChecksProps) {
  if (findings.length === 0) {
    return (
      <p className="flex items-center gap-2 text-sm text-muted">
        <CircleCheck size={15} aria-hidden className="shrink-0 text-accent" />
        Nothing to say against this email.
      </p>
    );
  }
  return (
    <ul aria-label="Checks" className="grid rounded-ui border bg-panel">
      {findings.map(({ severity, path, message }) => {
        const isError = severity === 'error';
        const Icon = isError ? CircleAlert : TriangleAlert;
        return (
          <li key={`${path} ${message}`} className="border-b last:border-b-0">
            <button
              type="button"
              onClick={() => onGo(path)}
              className="flex min-h-9 w-full items-start gap-2 px-3 py-2 text-left hover:bg-sunken"
            >
              <Icon
                size={15}
                aria-hidden
                className={isError ? 'mt-0.5 shrink-0 text-fault' : 'mt-0.5 shrink-0 text-muted'}
              />
              <span className="min-w-0">
                <span className="sr-only">{isError ? 'Error: ' : 'Warning: '}</span>
                {message}
                <span className="block text-sm text-muted">{placeOf(path)}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const PLACES: Readonly<Record<string, string>> = {
  subject: 'Subject',
  preheader: 'Preheader',
  html: 'HTML',
  mjml: 'MJML',
  content: 'Rich text',
  text: 'Plain text',
  from: 'From',
  sender_id: 'From',
  reply_to: 'Replies',
  list_id: 'List',
  format: 'Format',
  purpose: 'Purpose',
  template_id: 'Template',
  winner: 'Winner',
};

/** `variants/1/subject` as "Variant 2, subject". */
function placeOf(path: string): string {
  const [first = '', index, ...rest] = path.split('/');
  if (first !== 'variants') return PLACES[first] ?? 'The email';
  const below = placeOf(rest.join('/'));
  return `Variant ${Number(index) + 1}${rest.length === 0 ? '' : `, ${below.toLowerCase()}`}`;
}
