import { Button } from '../../components/ui/button.tsx';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { EmailEditor } from '../../components/email-editor/email-editor.tsx';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { Input } from '../../components/ui/field.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../../components/ui/tabs.tsx';
import { AudienceForm } from './audience-form.tsx';
import type { Broadcast } from './broadcast.ts';
import { BroadcastStatus } from './broadcast-status.tsx';
import { BroadcastConflict } from './conflict.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { useBroadcastDraft } from './use-broadcast-draft.ts';

const TABS = ['email', 'audience', 'send'] as const;

/** Writing a broadcast: what, to whom, when. */
export function Compose({ broadcast }: { readonly broadcast: Broadcast }) {
  const mayEdit = useMay('editor');
  const [isRenaming, setIsRenaming] = useState(false);
  const work = useBroadcastDraft(broadcast);
  const [wish, setTab] = useSearchText('tab');
  const tab = TABS.find((known) => known === wish) ?? 'email';
  const { draft, change, error, faults } = work;
  const emailFaults = faults.flatMap(({ path, message }) =>
    path.startsWith('email') ? [{ path: path.replace(/^email[/.]?/, ''), message }] : [],
  );
  return (
    <Page
      title={draft.name === '' ? 'Broadcast' : draft.name}
      back={{ to: '/dashboard/broadcasts', label: 'All broadcasts' }}
      isWide
      actions={
        <>
          <BroadcastStatus status={broadcast.status} />
          {mayEdit && !isRenaming && (
            <Button look="bare" onClick={() => setIsRenaming(true)}>
              Rename
            </Button>
          )}
          <span role="status" className="text-sm text-muted">
            {work.isSaving
              ? 'Saving…'
              : error !== null
                ? 'Not saved'
                : work.isDirty
                  ? 'Edited'
                  : 'Saved'}
          </span>
        </>
      }
    >
      <BroadcastConflict work={work} />
      {error !== null && faults.length === 0 && work.conflict === null && <Failure error={error} />}
      {isRenaming && (
        <Input
          ref={(field) => field?.focus()}
          onBlur={() => setIsRenaming(false)}
          onKeyDown={({ key }) => {
            if (key === 'Enter' || key === 'Escape') setIsRenaming(false);
          }}
          aria-label="Name"
          className="max-w-md"
          required
          maxLength={200}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
        />
      )}
      <Tabs value={tab} onValueChange={setTab}>
        <TabList aria-label="Parts of the broadcast">
          <Tab value="email">Email</Tab>
          <Tab value="audience">Audience</Tab>
          <Tab value="send">When, and send</Tab>
        </TabList>
        <TabPanel value="email" className="pt-4">
          <EmailEditor
            key={work.turn}
            value={draft.email}
            onChange={(email) => change({ email })}
            context={{ kind: 'broadcast', id: broadcast.id }}
            faults={emailFaults}
            isReadOnly={!mayEdit}
          />
        </TabPanel>
        <TabPanel value="audience" className="pt-4">
          <AudienceForm
            broadcastId={broadcast.id}
            audience={draft.audience}
            onChange={(audience) => change({ audience })}
            isReadOnly={!mayEdit}
          />
        </TabPanel>
        <TabPanel value="send" className="pt-4">
          <ScheduleForm broadcast={broadcast} work={work} isReadOnly={!mayEdit} />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
