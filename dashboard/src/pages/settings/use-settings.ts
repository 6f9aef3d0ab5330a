import type { Answer } from '@milepost/sdk';
import { useAsk, useDo } from '../../api/ask.ts';
import { useSay } from '../../components/ui/toast.tsx';

export type Settings = Answer<'GET /settings'>;

/** What of the settings is changed; what is left out stays. */
export type SettingsChange = {
  readonly [Name in keyof Settings]?: Settings[Name] extends object
    ? Partial<Settings[Name]> | null
    : Settings[Name];
};

/** The settings of the side that is open, and what changes them. */
export function useSettings() {
  const say = useSay();
  const settings = useAsk('GET /settings', {});
  const patch = useDo('PATCH /settings', { onDone: () => say({ title: 'Saved' }) });
  return {
    settings: settings.data,
    error: settings.error,
    saveError: patch.error,
    isSaving: patch.isPending,
    save: (change: SettingsChange) => patch.mutate({ body: change }),
  };
}
