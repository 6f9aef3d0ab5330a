import clsx from 'clsx';
import { ToggleGroup as Primitive } from 'radix-ui';

interface Segment<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
}

interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly segments: readonly Segment<Value>[];
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them in sight; arrow keys move between them. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, value, segments, onChange } = props;
  return (
    <Primitive.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        // The group says '' when the pressed segment is pressed again; one is always chosen.
        const chosen = segments.find((segment) => segment.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      className="inline-flex h-10 w-fit max-w-full rounded-ui border border-edge bg-panel p-0.5 wide:h-8"
    >
      {segments.map((segment) => (
        <Primitive.Item
          key={segment.value}
          value={segment.value}
          disabled={segment.disabled ?? false}
          className={clsx(
            'rounded-[0.25rem] px-3 text-muted enabled:hover:text-ink disabled:opacity-45',
            'data-[state=on]:bg-ink data-[state=on]:font-semibold data-[state=on]:text-paper!',
          )}
        >
          {segment.label}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
