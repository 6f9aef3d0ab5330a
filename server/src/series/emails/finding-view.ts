import { Type } from 'typebox';
import type { EmailFinding } from '../../template/index.ts';

/** What there is to say of an email, on the wire. */
export const FindingView = Type.Object({
  severity: Type.Enum(['error', 'warning']),
  code: Type.String(),
  step_id: Type.Optional(Type.String()),
  path: Type.String(),
  message: Type.String(),
});

export const findingViewOf = (finding: EmailFinding & { readonly stepId?: string }) => ({
  severity: finding.severity,
  code: finding.code,
  ...(finding.stepId === undefined ? {} : { step_id: finding.stepId }),
  path: finding.path,
  message: finding.message,
});
