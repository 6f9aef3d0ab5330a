import Search from 'lucide-react/icons/search';
import { TypedInput } from '../../components/typed-input.tsx';
import { Select } from '../../components/ui/field.tsx';
import { SPANS } from './spans.ts';
import type { NamedAutomation } from './use-automations.ts';

interface MessageFiltersProps {
  readonly q: string;
  readonly onQ: (q: string) => void;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly seriesId: string;
  readonly onSeries: (id: string) => void;
  readonly span: string;
  readonly onSpan: (span: string) => void;
  readonly automations: ReadonlyMap<string, NamedAutomation>;
}

/** By whom, what and when a list of messages is narrowed. */
export function MessageFilters(props: MessageFiltersProps) {
  const { q, onQ, reason, onReason, seriesId, onSeries, span, onSpan, automations } = props;
  const all = [...automations.values()];
  return (
    <div className="flex flex-wrap gap-2">
      <span className="relative min-w-64 flex-2">
        <Search
          size={15}
          aria-hidden
          className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
        />
        <TypedInput
          label="Email address or id of a person, in full"
          value={q}
          onChange={onQ}
          placeholder="Address or ID of a person"
          hasIcon
        />
      </span>
      <span className="min-w-40 flex-1">
        <TypedInput label="Part of the reason" value={reason} onChange={onReason} />
      </span>
      <Select
        aria-label="Series or broadcast"
        className="w-auto! max-w-full min-w-52 flex-1 wide:max-w-64 wide:flex-none"
        value={seriesId}
        onChange={(event) => onSeries(event.target.value)}
      >
        <option value="">Every series and broadcast</option>
        {seriesId !== '' && !automations.has(seriesId) && <option value={seriesId}>One</option>}
        {(['series', 'broadcast'] as const).map((type) => (
          <optgroup key={type} label={type === 'series' ? 'Series' : 'Broadcasts'}>
            {all
              .filter((one) => one.type === type)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
          </optgroup>
        ))}
      </Select>
      <Select
        aria-label="Time"
        className="w-auto! flex-1 wide:flex-none"
        value={span}
        onChange={(event) => onSpan(event.target.value)}
      >
        {SPANS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
    </div>
  );
}
