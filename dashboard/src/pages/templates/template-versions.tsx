import { useSide } from '../../api/side.ts';
import { useAsk } from '../../api/ask.ts';
import type { EmailSaid } from '../../components/email-editor/email-fields.ts';
import { Instant } from '../../components/instant.tsx';
import { Button } from '../../components/ui/button.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import type { TemplateRead } from './kind-words.ts';

interface TemplateVersionsProps {
  readonly template: TemplateRead;
  readonly isReadOnly: boolean;
  /** Puts what a version says into the editor; nothing is saved by it. */
  readonly onTake: (body: EmailSaid) => void;
}

/** Every version that there was; an old one can be taken up again. */
export function TemplateVersions({ template, isReadOnly, onTake }: TemplateVersionsProps) {
  const { id, version } = template;
  const { client } = useSide();
  const say = useSay();
  const { data } = useAsk('GET /templates/{id}/versions', { path: { id } });
  const take = async (number: number): Promise<void> => {
    const path = { id, number };
    onTake(await client.call('GET /templates/{id}/versions/{number}', { path }));
    say({ title: `Version ${number} is in the editor`, text: 'Save it to make it the newest.' });
  };
  return (
    <section className="grid gap-2">
      <h2 className="text-sm font-semibold text-muted">Versions</h2>
      <ul className="grid gap-1">
        {(data?.data ?? []).map(({ number, created_at: at }) => (
          <li key={number} className="flex min-h-8 items-center justify-between gap-2">
            <span>
              {number}{' '}
              <span className="text-sm text-muted">
                <Instant at={at} />
              </span>
            </span>
            {number === version ? (
              <span className="text-sm text-muted">newest</span>
            ) : (
              !isReadOnly && (
                <Button
                  look="bare"
                  aria-label={`Take up version ${number}`}
                  onClick={() => {
                    take(number).catch((error: Error) =>
                      say({ title: 'It could not be read', text: error.message, tone: 'fault' }),
                    );
                  }}
                >
                  Take up
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
