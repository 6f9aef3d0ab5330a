import { CopyBlock } from '../../../components/copy-block.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../../../components/ui/tabs.tsx';
import { SNIPPETS } from './snippets.ts';

/** How a server signs tokens, in five languages. */
export function Snippets() {
  return (
    <SettingsBlock
      title="Sign tokens on your server"
      hint="Give the token to the page of the user who is signed in, as user_token of each call."
    >
      <Tabs defaultValue={SNIPPETS[0]?.name ?? ''}>
        <TabList aria-label="Language" className="overflow-x-auto">
          {SNIPPETS.map(({ name }) => (
            <Tab key={name} value={name}>
              {name}
            </Tab>
          ))}
        </TabList>
        {SNIPPETS.map(({ name, needs, code }) => (
          <TabPanel key={name} value={name} className="pt-3">
            <CopyBlock title={needs} text={code} />
          </TabPanel>
        ))}
      </Tabs>
    </SettingsBlock>
  );
}
