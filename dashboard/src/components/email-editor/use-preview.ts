import { ApiError } from '@milepost/sdk';
import { useEffect, useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import {
  bodyKindOf,
  type EmailContext,
  type EmailFault,
  type EmailFields,
  type EmailVariant,
} from './email-fields.ts';

/** While one types, the server is asked this seldom. */
const SETTLE_MS = 450;

/** A value that has not changed for a while. */
function useSettled<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState({ text, value });
  useEffect(() => {
    const timer = setTimeout(
      () => setSettled({ text, value: JSON.parse(text) as Value }),
      SETTLE_MS,
    );
    return () => clearTimeout(timer);
  }, [text]);
  return settled.value;
}

interface PreviewOf {
  readonly email: EmailFields;
  readonly variant: EmailVariant | null;
  readonly context: EmailContext;
  /** External id; null for a made-up person. */
  readonly userId: string | null;
}

/** An email as it stands on the page, whole: what is not saved is looked at too. */
export function previewCallOf({ email, variant, userId }: Omit<PreviewOf, 'context'>) {
  const {
    id: _id,
    type: _type,
    next: _next,
    delay: _delay,
    ...step
  } = email as Readonly<Record<string, unknown>>;
  return {
    step,
    ...(variant === null ? {} : { variant: variant.name }),
    ...(userId === null ? {} : { user_id: userId }),
  };
}

/** The email as one person would get it, and what is wrong with it. */
export function usePreview(about: PreviewOf) {
  const { context, email } = about;
  const body = useSettled(previewCallOf(about));
  const isWritten = hasBody(email, about.variant) && (email.subject ?? '') !== '';
  const input = { path: { id: context.id }, body };
  const isSeries = context.kind === 'series';
  const options = { keepsPrevious: true };
  const ofSeries = useAsk('POST /series/{id}/preview', input, {
    ...options,
    enabled: isWritten && isSeries,
  });
  const ofBroadcast = useAsk('POST /broadcasts/{id}/preview', input, {
    ...options,
    enabled: isWritten && !isSeries,
  });
  const query = isSeries ? ofSeries : ofBroadcast;
  return { ...query, isWritten, faults: faultsOf(query.error) };
}

const hasBody = (email: EmailFields, variant: EmailVariant | null): boolean =>
  bodyKindOf(email) !== null || (variant !== null && bodyKindOf(variant) !== null);

/** What a refusal says is wrong, with paths below the email. */
export function faultsOf(error: Error | null): EmailFault[] {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return [];
  return (error.details as readonly Partial<EmailFault>[]).map(({ path = '', message = '' }) => ({
    path: path.replace(/^(?:step|email|steps\/\d+)\/?/, ''),
    message,
  }));
}
