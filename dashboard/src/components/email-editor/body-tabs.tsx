import { lazy, Suspense, useState } from 'react';
import { Confirm } from '../ui/confirm.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../ui/tabs.tsx';
import { useSay } from '../ui/toast.tsx';
import { bodyAs, lossOf } from './convert/convert-body.ts';
import {
  type BodyKind,
  bodyKindOf,
  changed,
  type ContentNode,
  type EmailFault,
  type EmailFields,
  faultsBelow,
  withBody,
} from './email-fields.ts';
import { Faults } from './faults.tsx';
import { EMPTY_DOC } from './rich/content.ts';
import { isReadable } from './rich/readable.ts';
import { RichText } from './rich/rich-text.tsx';
import { TemplateTab } from './template-tab.tsx';
import { TextTab } from './text-tab.tsx';

/** A second chunk: most emails are rich text. */
const CodeTab = lazy(() =>
  import('./code/code-tab.tsx').then(({ CodeTab: Loaded }) => ({ default: Loaded })),
);

export type BodyTab = BodyKind | 'text';

const TABS: readonly (readonly [BodyTab, string])[] = [
  ['content', 'Rich text'],
  ['html', 'HTML'],
  ['mjml', 'MJML'],
  ['template_id', 'Template'],
  ['text', 'Plain text'],
];
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(TABS);

interface BodyTabsProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
  /** The plain text as the server made it. */
  readonly madeText: string | null;
  /** Bodies of templates know neither templates nor a text of their own. */
  readonly tabs?: readonly BodyTab[];
  /** Asks for a tab to be opened; a new object each time. */
  readonly wanted: { readonly tab: BodyTab } | null;
}

/** The body in one of four ways, and its plain text. */
export function BodyTabs(props: BodyTabsProps) {
  const { email, onChange, faults, isReadOnly, madeText, wanted } = props;
  const say = useSay();
  const kind = bodyKindOf(email);
  const [isText, setIsText] = useState(false);
  const [asked, setAsked] = useState<{ kind: BodyKind; loss: string } | null>(null);
  const [seen, setSeen] = useState(wanted);
  if (wanted !== seen) {
    setSeen(wanted);
    setIsText(wanted?.tab === 'text');
  }
  const shown = TABS.filter(([tab]) => props.tabs === undefined || props.tabs.includes(tab));
  const open: BodyTab = isText ? 'text' : (kind ?? 'content');

  const turnTo = (next: BodyKind): void => {
    const body = next === 'template_id' ? '' : bodyAs(email, next);
    onChange(withBody(email, next, body));
    if (asked !== null) {
      say({ title: `The body is ${NAMES[next]} now`, undo: () => onChange(email) });
    }
    setAsked(null);
  };
  const choose = (tab: BodyTab): void => {
    setIsText(tab === 'text');
    if (tab === 'text' || tab === kind || isReadOnly) return;
    const loss = lossOf(email, tab);
    if (loss === null) turnTo(tab);
    else setAsked({ kind: tab, loss });
  };

  return (
    <Tabs
      // The focus coming back to a tab must not turn the body into what it names.
      activationMode="manual"
      value={open}
      onValueChange={(tab) => choose(tab as BodyTab)}
      className="grid gap-3"
    >
      <TabList aria-label="Body" className="overflow-x-auto">
        {shown.map(([tab, name]) => (
          <Tab
            key={tab}
            value={tab}
            className="shrink-0 whitespace-nowrap"
            disabled={isReadOnly && tab !== 'text' && tab !== kind}
          >
            {name}
          </Tab>
        ))}
      </TabList>
      <TabPanel value={open} data-place={open} tabIndex={-1}>
        {open === 'text' ? (
          <TextTab
            text={email.text ?? null}
            onChange={(text) => onChange(changed(email, { text }))}
            made={madeText}
            faults={faults}
            isReadOnly={isReadOnly}
          />
        ) : open === 'template_id' ? (
          <TemplateTab email={email} onChange={onChange} faults={faults} isReadOnly={isReadOnly} />
        ) : open === 'content' ? (
          <Rich {...props} />
        ) : (
          <Suspense fallback={<Skeleton className="h-96 w-full" />}>
            <CodeTab
              key={open}
              language={open === 'mjml' ? 'MJML' : 'HTML'}
              value={email[open] ?? ''}
              onChange={(text) => onChange(withBody(email, open, text))}
              faults={faultsBelow(faults, open)}
              isReadOnly={isReadOnly}
            />
          </Suspense>
        )}
      </TabPanel>
      <Confirm
        open={asked !== null}
        onOpenChange={(isOpen) => !isOpen && setAsked(null)}
        title={`Turn the body into ${NAMES[asked?.kind ?? 'html']}?`}
        confirm="Turn"
        isPending={false}
        onConfirm={() => asked !== null && turnTo(asked.kind)}
      >
        <p>{asked?.loss}</p>
      </Confirm>
    </Tabs>
  );
}

function Rich({ email, onChange, faults, isReadOnly }: BodyTabsProps) {
  const content = (email.content ?? EMPTY_DOC) as ContentNode;
  if (!isReadable(content)) {
    return (
      <Notice tone="fault" title="This rich text cannot be opened here">
        <p className="text-sm">
          It has parts that rich text does not know. Turning it into HTML keeps what can be read.
        </p>
        <Faults faults={faults} at="content" />
      </Notice>
    );
  }
  return (
    <>
      <RichText
        content={content}
        onChange={(next) => onChange(withBody(email, 'content', next))}
        isReadOnly={isReadOnly}
      />
      <Faults faults={faults} at="content" />
    </>
  );
}
