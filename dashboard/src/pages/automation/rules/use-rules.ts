import type { Fault } from '../draft/faults.ts';
import { useDraft } from '../draft/use-draft.ts';
import { partPatched, patched, type Settings, type SettingsPatch } from './settings.ts';

export interface Rules {
  readonly settings: Settings;
  /** Replaces members; undone by the name of the rule. One field's changes in a row are undone as one. */
  readonly put: (patch: SettingsPatch) => void;
  /** Replaces members of a part. */
  readonly putPart: (name: string, patch: SettingsPatch) => void;
  readonly mayEdit: boolean;
}

/** The settings of the draft, and what changes them. */
export function useRules(): Rules {
  const { settings, change, mayEdit } = useDraft();
  const put = (patchOf: (now: Settings) => SettingsPatch): void => {
    change(
      (doc) => ({ ...doc, settings: patched(doc.settings, patchOf(doc.settings)) }),
      'Change the rules',
      `settings:${Object.keys(patchOf(settings)).join()}`,
    );
  };
  return {
    settings,
    put: (patch) => put(() => patch),
    putPart: (name, patch) => put((now) => partPatched(now, name, patch)),
    mayEdit,
  };
}

const NO_FAULTS: readonly Fault[] = [];

/** What the server says against the settings, by paths below `settings`: `goal/event`. */
export function useSettingFaults(): readonly Fault[] {
  const { faults } = useDraft();
  const own = faults.get('') ?? NO_FAULTS;
  return own.flatMap(({ path, ...fault }) =>
    path.startsWith('settings/') ? [{ ...fault, path: path.slice('settings/'.length) }] : [],
  );
}

/** Whether a fault is about a member, or something within it. */
export const isOf = ({ path }: { readonly path: string }, member: string): boolean =>
  path === member || path.startsWith(`${member}/`);

/** "must be …" as a sentence. */
export const said = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}.`.replace(/\.\.$/, '.');

/** The faults of one member, by paths below it, as a filter builder takes them. */
export const faultsBelow = (faults: readonly Fault[], member: string) =>
  faults
    .filter((fault) => isOf(fault, member))
    .map(({ path, message }) => ({ path: path.slice(member.length + 1), message }));
