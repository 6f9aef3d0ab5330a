import ListFilter from 'lucide-react/icons/list-filter';
import Search from 'lucide-react/icons/search';
import { type ReactNode, useState } from 'react';
import { FilterBuilder } from '../../components/filter-builder/filter-builder.tsx';
import type { FilterFault } from '../../components/filter-builder/filter.ts';
import { useNames } from '../../components/filter-builder/use-names.ts';
import { wordsOf } from '../../components/filter-builder/words.ts';
import { Button } from '../../components/ui/button.tsx';
import { Input, Select } from '../../components/ui/field.tsx';
import type { Property } from '../../components/filter-builder/fields.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { SavedFiltersMenu } from './saved-filters-menu.tsx';
import type { ListPlace } from './use-list-place.ts';

interface ListToolbarProps {
  readonly kind: 'users' | 'companies';
  readonly place: ListPlace;
  readonly searchHint: string;
  /** The same in the few words that a phone has room for. */
  readonly searchPlaceholder: string;
  readonly sorts: readonly (readonly [value: string, label: string])[];
  readonly fields: readonly Property[];
  /** What the server says against the filter. */
  readonly faults: readonly FilterFault[];
  /** Below the builder: how many match. */
  readonly count?: ReactNode;
}

/** What a list looks for: a text, a filter, an order; and what it shows. */
export function ListToolbar(props: ListToolbarProps) {
  const { kind, place, searchHint, searchPlaceholder, sorts, fields, faults, count } = props;
  const [isOpen, setIsOpen] = useState(place.filter !== null && faults.length > 0);
  const names = useNames();
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap gap-2">
        <label className="relative min-w-48 flex-1">
          <span className="sr-only">{searchHint}</span>
          <Search
            size={15}
            aria-hidden
            className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
          />
          <Input
            type="search"
            className="pl-8"
            placeholder={searchPlaceholder}
            value={place.text}
            onChange={(event) => place.setText(event.target.value)}
          />
        </label>
        <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <ListFilter size={15} aria-hidden />
          Filter
        </Button>
        <SavedFiltersMenu
          kind={kind}
          filter={place.filter}
          columns={place.columns}
          onChoose={(saved) => {
            place.setFilter(saved.filter);
            if (saved.columns.length > 0) place.setColumns(saved.columns);
          }}
        />
        <ColumnsMenu fields={fields} chosen={place.columns} onChange={place.setColumns} />
        <Select
          aria-label="Order"
          className="w-auto! wide:w-auto!"
          value={place.sort}
          onChange={(event) => place.setSort(event.target.value)}
        >
          {sorts.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      {isOpen && (
        <section
          aria-label="Filter"
          className="grid grid-cols-1 gap-4 rounded-ui border bg-sunken p-3"
        >
          <FilterBuilder
            kind={kind === 'users' ? 'user' : 'company'}
            value={place.filter}
            faults={faults}
            onChange={place.setFilter}
          />
          {count}
        </section>
      )}
      {!isOpen && place.filter !== null && (
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="min-w-0">
            <span className="text-muted">Only those where </span>
            {wordsOf(place.filter, names)}
          </span>
          <Button
            look="bare"
            className="h-7! px-2 text-sm text-muted"
            onClick={() => place.setFilter(null)}
          >
            Clear
          </Button>
        </p>
      )}
    </div>
  );
}
