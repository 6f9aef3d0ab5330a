import Pencil from 'lucide-react/icons/pencil';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Input } from '../../../components/ui/field.tsx';
import { useDraft } from '../draft/use-draft.ts';

const NAME_LENGTH_MAX = 200;

/** The name as heading; a press lets one change it. */
export function SeriesName() {
  const { name, change, mayEdit } = useDraft();
  const [text, setText] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const isOpen = text !== null;
  useEffect(() => {
    if (isOpen) field.current?.select();
  }, [isOpen]);
  const done = (): void => {
    const next = text?.trim() ?? '';
    if (next !== '' && next !== name) change((doc) => ({ ...doc, name: next }), 'Rename');
    setText(null);
  };
  return (
    <>
      <h1 className={isOpen ? 'sr-only' : 'min-w-0 truncate text-lg font-semibold'}>{name}</h1>
      {mayEdit && !isOpen && (
        <Button look="bare" square aria-label="Rename" onClick={() => setText(name)}>
          <Pencil size={14} aria-hidden />
        </Button>
      )}
      {isOpen && (
        <Input
          ref={field}
          aria-label="Name of the series"
          className="w-72! max-w-full"
          maxLength={NAME_LENGTH_MAX}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onBlur={done}
          onKeyDown={({ key }) => {
            if (key === 'Enter') done();
            if (key === 'Escape') setText(null);
          }}
        />
      )}
    </>
  );
}
