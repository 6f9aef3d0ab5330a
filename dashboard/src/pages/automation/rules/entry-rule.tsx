import { ChoiceGroup } from './choice-group.tsx';
import { EventFields } from './event-field.tsx';
import { RuleFaults } from './rule-field.tsx';
import { filterOf, textOf, type Trigger, triggerOf, triggerPatch } from './settings.ts';
import { useRules } from './use-rules.ts';

const TRIGGERS: readonly {
  readonly value: Trigger;
  readonly label: string;
  readonly hint: string;
}[] = [
  { value: 'api', label: 'A call', hint: 'Your app enrolls people by the API, or you do by hand.' },
  {
    value: 'user_created',
    label: 'A new person',
    hint: 'Whoever is identified for the first time.',
  },
  { value: 'event', label: 'An event', hint: 'Whoever does something, each time they do it.' },
  {
    value: 'segment_match',
    label: 'Coming to match the audience',
    hint: 'At activation, at each change of a person, and as time goes by.',
  },
  {
    value: 'manual',
    label: 'The activation, once',
    hint: 'Everybody in the audience at that moment; nobody later.',
  },
];

/** What starts somebody. A call enrolls whatever stands here. */
export function EntryRule() {
  const { settings, put, mayEdit } = useRules();
  const trigger = triggerOf(settings);
  return (
    <>
      <div>
        <ChoiceGroup<Trigger>
          legend="What starts somebody"
          value={trigger}
          choices={TRIGGERS}
          disabled={!mayEdit}
          onChange={(next) => put(triggerPatch(settings, next))}
        />
        <RuleFaults path="entry_trigger" />
      </div>
      {trigger === 'event' && (
        <EventFields
          event={textOf(settings['entry_event_name'])}
          eventPath="entry_event_name"
          filter={filterOf(settings['entry_filter'])}
          filterPath="entry_filter"
          onEvent={(name) => put({ entry_event_name: name })}
          onFilter={(filter) => put({ entry_filter: filter })}
        />
      )}
    </>
  );
}
