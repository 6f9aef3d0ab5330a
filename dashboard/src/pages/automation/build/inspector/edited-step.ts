import { createContext, useContext } from 'react';
import type { Fault } from '../../draft/faults.ts';
import type { Step } from '../../draft/step.ts';

/** The step that the inspector is open on. */
export interface EditedStep {
  readonly step: Step;
  readonly faults: readonly Fault[];
  /** Sets members; undefined takes one away. One field's changes in a row are undone as one. */
  readonly change: (members: Readonly<Record<string, unknown>>) => void;
  readonly disabled: boolean;
}

export const EditedStepContext = createContext<EditedStep | null>(null);

export function useEditedStep(): EditedStep {
  const edited = useContext(EditedStepContext);
  if (edited === null) throw new Error('useEditedStep needs an inspector above it');
  return edited;
}

/** Whether a fault is about a field, or something within it. */
export const isAt = ({ path }: Fault, field: string): boolean =>
  path === field || path.startsWith(`${field}/`);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The number in a field of the page; null where there is none, which the server then tells. */
export const numberIn = (text: string): number | null =>
  text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
