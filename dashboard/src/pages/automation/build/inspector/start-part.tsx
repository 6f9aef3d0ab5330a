import { useSearchText } from '../../../../app/use-search.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { useDraft } from '../../draft/use-draft.ts';

/** The start: how people come in, in words. Changed in the rules. */
export function StartPart() {
  const { outline, mayEdit } = useDraft();
  const [, setTab] = useSearchText('tab');
  const words = outline?.words;
  return (
    <div data-inspector className="grid content-start gap-3 p-4">
      <h2 className="font-semibold">Start</h2>
      {words !== undefined && (
        <dl className="grid gap-2 text-sm">
          <Rule name="Who enters" words={words.entry} />
          <Rule name="Audience" words={words.audience} />
          <Rule name="Again" words={words.reenrollment} />
          <Rule name="When it sends" words={words.window} />
          <Rule name="Goal" words={words.goal} />
        </dl>
      )}
      <Button className="justify-self-start" onClick={() => setTab('rules')}>
        {mayEdit ? 'Change the rules' : 'See the rules'}
      </Button>
    </div>
  );
}

function Rule({ name, words }: { readonly name: string; readonly words: string }) {
  return (
    <div>
      <dt className="font-medium">{name}</dt>
      <dd className="text-muted">{words}</dd>
    </div>
  );
}
