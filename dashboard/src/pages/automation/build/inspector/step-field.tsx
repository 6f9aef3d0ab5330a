import type { ReactNode } from 'react';
import { Field } from '../../../../components/ui/field.tsx';
import { isAt, useEditedStep } from './edited-step.ts';

interface Control {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
  readonly disabled: boolean;
}

interface StepFieldProps {
  readonly label: string;
  /** The member of the step, whose faults are told here. */
  readonly path: string;
  readonly hint?: ReactNode;
  readonly children: (control: Control) => ReactNode;
}

/** A field of a step, with what the server says against it. */
export function StepField({ label, path, hint, children }: StepFieldProps) {
  const { faults, disabled } = useEditedStep();
  const own = faults.filter((fault) => isAt(fault, path));
  const below =
    own.length === 0 ? (
      hint
    ) : (
      <>
        <FaultLines path={path} />
        {hint}
      </>
    );
  return (
    <Field label={label} {...(below === undefined ? {} : { hint: below })}>
      {(ids) => children({ ...ids, 'aria-invalid': own.length > 0 ? true : undefined, disabled })}
    </Field>
  );
}

interface FaultLinesProps {
  readonly path: string;
  /** Without those of what is within it, which has fields of its own. */
  readonly isExact?: boolean;
}

/** What the server says against a member of the step. */
export function FaultLines({ path, isExact = false }: FaultLinesProps) {
  const { faults } = useEditedStep();
  return faults
    .filter((fault) => (isExact ? fault.path === path : isAt(fault, path)))
    .map(({ path: at, message }) => (
      <span key={`${at} ${message}`} className="block text-sm font-medium text-fault">
        {said(message)}
      </span>
    ));
}

/** "must be …" as a sentence about the field it stands at. */
export const said = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
