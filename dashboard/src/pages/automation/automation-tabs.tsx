import { lazy, Suspense } from 'react';
import { useSearchText } from '../../app/use-search.ts';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../../components/ui/tabs.tsx';

const BuildTab = lazy(() =>
  import('./build/build-tab.tsx').then((module) => ({ default: module.BuildTab })),
);
const RulesTab = lazy(() =>
  import('./rules/rules-tab.tsx').then((module) => ({ default: module.RulesTab })),
);
const EmailsTab = lazy(() =>
  import('./emails/emails-tab.tsx').then((module) => ({ default: module.EmailsTab })),
);
const SimulateTab = lazy(() =>
  import('./simulate/simulate-tab.tsx').then((module) => ({ default: module.SimulateTab })),
);
const ReportTab = lazy(() =>
  import('./report/report-tab.tsx').then((module) => ({ default: module.ReportTab })),
);

const TABS = [
  { value: 'build', name: 'Build', Panel: BuildTab },
  { value: 'rules', name: 'Rules', Panel: RulesTab },
  { value: 'emails', name: 'Emails', Panel: EmailsTab },
  { value: 'simulate', name: 'Simulate', Panel: SimulateTab },
  { value: 'report', name: 'Report', Panel: ReportTab },
] as const;

/** The sides of a series; each is loaded when it is first opened. */
export function AutomationTabs() {
  const [asked, setTab] = useSearchText('tab');
  const open = TABS.find(({ value }) => value === asked) ?? TABS[0];
  return (
    <Tabs
      value={open.value}
      onValueChange={(value) => setTab(value === TABS[0].value ? '' : value)}
      className="flex min-h-0 flex-1 flex-col"
    >
      <TabList aria-label="Sides of the series" className="overflow-x-auto bg-panel px-4">
        {TABS.map(({ value, name }) => (
          <Tab key={value} value={value}>
            {name}
          </Tab>
        ))}
      </TabList>
      {TABS.map(({ value, Panel }) => (
        <TabPanel
          key={value}
          value={value}
          tabIndex={-1}
          className={
            value === 'build'
              ? 'flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden'
              : 'min-h-0 flex-1 overflow-y-auto data-[state=inactive]:hidden'
          }
        >
          <Suspense fallback={<Skeleton className="m-4 h-96" />}>
            <Panel />
          </Suspense>
        </TabPanel>
      ))}
    </Tabs>
  );
}
