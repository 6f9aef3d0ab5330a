import Plus from 'lucide-react/icons/plus';
import X from 'lucide-react/icons/x';
import { Button } from '../../../../components/ui/button.tsx';
import { Input } from '../../../../components/ui/field.tsx';
import type { Pair } from './form.ts';

interface PairsFieldProps {
  /** Of what: "trait". */
  readonly what: string;
  readonly pairs: readonly Pair[];
  readonly onChange: (pairs: readonly Pair[]) => void;
  readonly placeholder: readonly [string, string];
}

/** Names and values, a line each. */
export function PairsField({ what, pairs, onChange, placeholder }: PairsFieldProps) {
  const replace = (at: number, pair: Pair): void =>
    onChange(pairs.map((known, index) => (index === at ? pair : known)));
  return (
    <div className="grid min-w-0 gap-1.5">
      {pairs.map((pair, index) => (
        <div key={index} className="grid grid-cols-[1fr_1fr_auto] gap-1.5">
          <Input
            aria-label={`Name of ${what} ${index + 1}`}
            placeholder={placeholder[0]}
            value={pair.name}
            onChange={({ target }) => replace(index, { ...pair, name: target.value })}
          />
          <Input
            aria-label={`Value of ${what} ${index + 1}`}
            placeholder={placeholder[1]}
            value={pair.text}
            onChange={({ target }) => replace(index, { ...pair, text: target.value })}
          />
          <Button
            look="bare"
            square
            aria-label={`Remove ${what} ${index + 1}`}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        look="bare"
        className="-ml-2 justify-self-start px-2 text-sm"
        onClick={() => onChange([...pairs, { name: '', text: '' }])}
      >
        <Plus size={14} aria-hidden />
        Add a {what}
      </Button>
    </div>
  );
}
