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
  const { settings, error, saveError, isSaving, save } = useSettings();
  if (settings === undefined) {
    return error === null ? <Skeleton className="h-96 w-full" /> : <Failure error={error} />;
  }
  return parts.map((Part, index) => (
    <Part key={index} settings={settings} save={save} isSaving={isSaving} error={saveError} />
  ));
}
