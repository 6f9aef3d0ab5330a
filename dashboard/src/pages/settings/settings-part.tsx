import type { ComponentType } from 'react';
import { Failure } from '../../components/failure.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { type Settings, type SettingsChange, useSettings } from './use-settings.ts';

/** What a form over the settings gets. */
export interface SettingsPartProps {
  readonly settings: Settings;
  readonly save: (change: SettingsChange) => void;
  readonly isSaving: boolean;
  readonly error: Error | null;
}

/** Loads the settings, then shows forms over them. */
export function SettingsParts({
  parts,
}: {
  readonly parts: readonly ComponentType<SettingsPartProps>[];
}) {
  const { settings, error } = useSettings();
  if (settings === undefined) {
    return error === null ? <Skeleton className="h-96 w-full" /> : <Failure error={error} />;
  }
  return parts.map((Part, index) => <SavedPart key={index} Part={Part} settings={settings} />);
}

interface SavedPartProps {
  readonly Part: ComponentType<SettingsPartProps>;
  readonly settings: SettingsPartProps['settings'];
}

/** Each is saved by itself, and says itself why it was not. */
function SavedPart({ Part, settings }: SavedPartProps) {
  const { save, isSaving, saveError } = useSettings();
  return <Part settings={settings} save={save} isSaving={isSaving} error={saveError} />;
}
